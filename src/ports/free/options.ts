/** What the functions that find ports take: which ports, and where they have to be free. */

import { throwIfAborted } from '../../table/signal.ts'
import type { Abortable, PortFilter } from '../../types.ts'
import { portsOf } from '../check.ts'
import {
  BIND_TARGET_OPTIONS,
  type BindTargetOptions,
  type BindTarget,
  resolveTargets,
} from '../bind-targets.ts'
import { inRanges, portRules } from '../rules.ts'
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
const FIRST_OF_USERS = 1024

/** Which ports may be taken. */
export interface FreeOptions extends BindTargetOptions {
  /**
   * The ports to choose from, in order of preference: the first that is free is taken. Default: any
   * port of the system's ephemeral range, begun at a random one.
   */
  readonly ports?: PortFilter | readonly PortFilter[]
  /** Ports that are not to be taken. */
  readonly exclude?: PortFilter | readonly PortFilter[]
  /** Further addresses at which the port has to be free too. */
  readonly hosts?: readonly string[]
  /**
   * Whether the range from which the system itself takes ports may be used, is to be avoided, or is
   * the only one. Default: `allow`; without `ports`, `avoid` chooses from 1024 to where it begins.
   */
  readonly ephemeral?: (typeof EPHEMERAL)[number]
  /** Whether ports below 1024 may be taken where `ports` has some. Default: false. */
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

/** The same ports, begun at a random one, so that many who search at once rarely meet. */
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
  const below: PortRange = { from: FIRST_OF_USERS, to: ephemeral.from - 1 }
  const ranges = ports ?? [choice === 'avoid' ? below : ephemeral]
  const all = portsOf(ranges).filter((port) => {
    if (excluded[port] === 1) return false
    if (port < FIRST_OF_USERS && !wellKnown) return false
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

/** Checks the options, of which a function may know more than these or fix some, for a search. */
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
