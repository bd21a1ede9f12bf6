/** Options of the functions that find ports: which ports, and where they have to be free. */

import { throwIfAborted } from '../../table/signal.ts'
import type { Abortable, PortFilter } from '../../types/index.ts'
import {
  BIND_TARGET_OPTIONS,
  type BindTargetOptions,
  type BindTarget,
  resolveTargets,
} from '../bind-targets.ts'
import { inRanges, portsOf } from '../port-ranges.ts'
import { portRules } from '../rules.ts'
import { Search } from './search.ts'
import {
  type OptionValues,
  type PortRange,
  checkFlag,
  checkHost,
  checkList,
  checkListOrNone,
  checkOneOf,
  checkOption,
  checkOptions,
  checkPortRange,
  checkSignal,
} from '../../validate.ts'

const EPHEMERAL = ['allow', 'avoid', 'only'] as const
const FIRST_UNPRIVILEGED = 1024

/** Which ports may be used, and where they have to be free. */
export interface FreeOptions extends BindTargetOptions {
  /**
   * The ports to choose from, in order of preference: the first free one is used.
   *
   * @default any port of the system's ephemeral range, starting at a random one
   */
  readonly ports?: PortFilter | readonly PortFilter[]
  /**
   * Ports to skip.
   *
   * @default none
   */
  readonly exclude?: PortFilter | readonly PortFilter[]
  /**
   * Further addresses where the port has to be free too.
   *
   * @default none
   */
  readonly hosts?: readonly string[]
  /**
   * Whether ports of the range from which the system itself assigns ports may be used, are avoided, or
   * are the only ones. Without `ports`, `avoid` chooses from 1024 up to where that range begins.
   *
   * @default 'allow'
   */
  readonly ephemeral?: 'allow' | 'avoid' | 'only'
  /**
   * Whether ports below 1024 may be used where `ports` contains some.
   *
   * @default false
   */
  readonly wellKnown?: boolean
}

const FREE_OPTIONS = [
  ...BIND_TARGET_OPTIONS,
  'ports',
  'exclude',
  'hosts',
  'ephemeral',
  'wellKnown',
  'signal',
] as const

/** The same ports from a random one on, so that concurrent searches rarely collide. */
function shuffledStart(ports: readonly number[]): number[] {
  const start = Math.floor(Math.random() * ports.length)
  return [...ports.slice(start), ...ports.slice(0, start)]
}

const portRanges = (name: string, value: unknown): PortRange[] =>
  checkList(name, value, checkPortRange)

const portRangesOrNone = (name: string, value: unknown): PortRange[] =>
  checkListOrNone(name, value, checkPortRange)

function candidatesOf(values: OptionValues): number[] {
  const { ephemeral, reserved } = portRules()
  const choice = checkOption(
    values,
    'ephemeral',
    (name, value) => checkOneOf(name, value, EPHEMERAL),
    'allow',
  )
  const wellKnown = checkOption(values, 'wellKnown', checkFlag, false)
  const excluded = new Uint8Array(65_536)
  const exclude = checkOption(values, 'exclude', portRangesOrNone, [])
  for (const port of portsOf(exclude)) excluded[port] = 1
  const ports = checkOption(values, 'ports', portRanges, null)
  const below: PortRange = { from: FIRST_UNPRIVILEGED, to: ephemeral.from - 1 }
  const ranges = ports ?? [choice === 'avoid' ? below : ephemeral]
  const all = portsOf(ranges).filter((port) => {
    if (excluded[port] === 1) return false
    if (port < FIRST_UNPRIVILEGED && !wellKnown) return false
    if (ports === null) return !inRanges(port, reserved)
    const inside = inRanges(port, [ephemeral])
    return choice === 'allow' || inside === (choice === 'only')
  })
  return ports === null ? shuffledStart(all) : all
}

async function targetsOf(values: OptionValues): Promise<BindTarget[]> {
  const others = checkOption(
    values,
    'hosts',
    (name, hosts) => checkListOrNone(name, hosts, checkHost),
    [],
  )
  const all = [...(await resolveTargets(values))]
  for (const host of others) all.push(...(await resolveTargets({ ...values, host })))
  return all
}

/** Prepares a search from its options. `alsoKnown` are further options of the caller, `fixed` its own values. */
export async function prepare(
  options: (FreeOptions & Abortable) | undefined,
  alsoKnown: readonly string[] = [],
  fixed: BindTargetOptions = {},
): Promise<Search> {
  const values = { ...checkOptions(options, [...FREE_OPTIONS, ...alsoKnown]), ...fixed }
  const candidates = candidatesOf(values)
  const signal = checkSignal(options)
  throwIfAborted(signal)
  return new Search(candidates, await targetsOf(values), signal)
}
