/** The options of what ends processes, checked before anything is read. */

import { constants } from 'node:os'
import {
  type OptionValues,
  type ProcessIdentity,
  checkArray,
  checkBoolean,
  checkDuration,
  checkIdentity,
  checkOneOf,
  checkOption,
  checkOptions,
  checkSignal,
  checkSignalName,
} from '../validate.ts'
import { PROTECTED } from './ending-types.ts'
import type { KillPortOptions, ProtectedGroup, TerminateOptions } from './ending-types.ts'

const DEFAULT_TIMEOUT = 5000
const DEFAULT_SETTLE = 500

/** What `terminate` does, from its options. */
export interface Plan {
  /** The number of the first signal, which is `KILL` where a process is not asked to end. */
  readonly signal: number
  readonly timeout: number
  readonly force: boolean
  readonly tree: boolean
  readonly dryRun: boolean
  readonly allow: ReadonlySet<ProtectedGroup>
  readonly abort: AbortSignal | undefined
}

export const KILL: number = constants.signals.SIGKILL

const TERMINATE_OPTIONS = [
  'killSignal',
  'timeout',
  'force',
  'tree',
  'dryRun',
  'allow',
  'signal',
] as const satisfies readonly (keyof TerminateOptions)[]

const KILL_PORT_OPTIONS = [
  ...TERMINATE_OPTIONS,
  'protocol',
  'family',
  'only',
  'settle',
] as const satisfies readonly (keyof KillPortOptions)[]

function planOf(values: OptionValues): Plan {
  const timeout = checkOption(values, 'timeout', checkDuration, DEFAULT_TIMEOUT)
  const force = checkOption(values, 'force', checkBoolean, true)
  const signal = checkOption(values, 'killSignal', checkSignalName, constants.signals.SIGTERM)
  const allow = checkOption(
    values,
    'allow',
    (name, list) => checkArray(name, list, (at, word) => checkOneOf(at, word, PROTECTED)),
    [],
  )
  return {
    signal: timeout === 0 && force ? KILL : signal,
    timeout,
    force,
    tree: checkOption(values, 'tree', checkBoolean, false),
    dryRun: checkOption(values, 'dryRun', checkBoolean, false),
    allow: new Set(allow),
    abort: checkSignal(values),
  }
}

export function checkTerminate(options: TerminateOptions | undefined): Plan {
  return planOf(checkOptions(options, TERMINATE_OPTIONS))
}

/** What `killPort` does, from its options. */
type KillPlan = Plan & {
  readonly settle: number
  readonly only: readonly ProcessIdentity[] | undefined
}

export function checkKillPort(options: KillPortOptions | undefined): KillPlan {
  const values = checkOptions(options, KILL_PORT_OPTIONS)
  const settle = checkOption(values, 'settle', checkDuration, DEFAULT_SETTLE)
  const only = checkOption(
    values,
    'only',
    (name, list) => checkArray(name, list, checkIdentity),
    undefined,
  )
  return { ...planOf(values), settle, only }
}
