/** The options of what ends processes, checked before anything is read. */

import { constants } from 'node:os'
import { invalidType, isRevoked } from '../errors.ts'
import { checkPid } from './facts.ts'
import { PROTECTED } from './types.ts'
import type { KillPortOptions, TerminateOptions } from './types.ts'
import {
  checkBoolean,
  checkDuration,
  checkInteger,
  checkList,
  checkOneOf,
  checkOptions,
  isList,
  checkSignal,
} from '../validate.ts'

const DEFAULT_TIMEOUT = 5000
const DEFAULT_SETTLE = 500

export interface Plan {
  /** Numbers of signals: the one that asks, and whether that is already the last word. */
  readonly ask: number
  readonly timeout: number
  readonly force: boolean
  readonly tree: boolean
  readonly dryRun: boolean
  readonly allow: ReadonlySet<(typeof PROTECTED)[number]>
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

function duration(name: string, value: unknown, otherwise: number): number {
  return value === undefined ? otherwise : checkDuration(name, value)
}

function checkKillSignal(value: unknown): number {
  if (value === undefined) return constants.signals.SIGTERM
  // Windows has few of them; what it lacks is asked for in the same way there.
  const known = Object.keys(constants.signals) as NodeJS.Signals[]
  return constants.signals[checkOneOf('options.killSignal', value, known)]
}

function plan(options: TerminateOptions = {}): Plan {
  const choice = (name: 'force' | 'tree' | 'dryRun', otherwise: boolean): boolean =>
    options[name] === undefined ? otherwise : checkBoolean(`options.${name}`, options[name])
  const timeout = duration('options.timeout', options.timeout, DEFAULT_TIMEOUT)
  const force = choice('force', true)
  const ask = checkKillSignal(options.killSignal)
  const allow: unknown = options.allow ?? []
  if (!isList(allow)) throw invalidType('options.allow', 'an array', allow)
  return {
    ask: timeout === 0 && force ? KILL : ask,
    timeout,
    force,
    tree: choice('tree', false),
    dryRun: choice('dryRun', false),
    allow: new Set(
      allow.map((word, index) => checkOneOf(`options.allow[${index}]`, word, PROTECTED)),
    ),
    abort: checkSignal(options),
  }
}

export function checkTerminate(options: TerminateOptions | undefined): Plan {
  checkOptions(options, TERMINATE_OPTIONS)
  return plan(options)
}

export type KillPlan = Plan & {
  readonly settle: number
  readonly only: readonly Identity[] | undefined
}

export function checkKillPort(options: KillPortOptions | undefined): KillPlan {
  checkOptions(options, KILL_PORT_OPTIONS)
  const settle = duration('options.settle', options?.settle, DEFAULT_SETTLE)
  const only: unknown = options?.only
  if (only !== undefined && !isList(only)) throw invalidType('options.only', 'an array', only)
  return {
    ...plan(options),
    settle,
    only: only?.map((item, index) => checkIdentity(`options.only[${index}]`, item)),
  }
}

/** A process by its PID and, where that is known, its start time. */
export interface Identity {
  readonly pid: number
  readonly startTime: string | null
}

export function checkIdentity(name: string, value: unknown): Identity {
  if (typeof value !== 'object' || value === null || isRevoked(value) || !('pid' in value)) {
    throw invalidType(name, 'a PID or an object { pid, startTime }', value)
  }
  const { pid, startTime = null } = value as { pid?: unknown; startTime?: unknown }
  if (startTime !== null && typeof startTime !== 'string') {
    throw invalidType(`${name}.startTime`, 'of type string', startTime)
  }
  return { pid: checkPid(`${name}.pid`, pid), startTime }
}

/** One port or more, none of which is 0: that is no port but the wish for any. */
export function checkPorts(value: unknown): number[] {
  const name = isList(value) ? 'ports' : 'port'
  return [...new Set(checkList(name, value, (at, item) => checkInteger(at, item, 1, 65_535)))]
}
