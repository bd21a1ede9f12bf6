/** Checks every public option once and turns a query into the words that the addon takes. */

import { invalidValue, outOfRange } from '../errors.ts'
import { LAYOUT } from '../layout.ts'
import type { ListOptions, TcpState } from '../types.ts'
import { FAMILIES, OWNERS, PROTOCOLS, SOURCES, TCP_STATES } from '../types.ts'
import {
  checkBoolean,
  checkInteger,
  checkList,
  checkOneOf,
  checkOptions,
  checkPortFilter,
} from '../validate.ts'

const UDP_UNCONNECTED = 1
const UDP_CONNECTED = 2
const NAMES = 1
const TIMES = 2
const SERVICES = 4
const MOST_PIDS = 65_536
/** How many ports or ranges of ports one query takes. */
export const MOST_PORT_RANGES = 1024

type Values = { readonly [Name in keyof ListOptions]?: unknown }

/** All options of a list, in the order in which messages name them. */
export const LIST_OPTIONS: readonly (keyof ListOptions)[] = [
  'protocol',
  'family',
  'localPort',
  'remotePort',
  'state',
  'bound',
  'listening',
  'pid',
  'owners',
  'names',
  'times',
  'services',
  'source',
]

/** The numbers of the words in `chosen`, as bits. */
function bits(chosen: readonly string[], all: readonly string[]): number {
  return chosen.reduce((mask, word) => mask | (1 << all.indexOf(word)), 0)
}

/** Options of a narrower question, with what that question says itself. */
export function fixOptions<Options extends ListOptions>(
  options: Options | undefined,
  known: readonly (keyof Options)[],
  fixed: ListOptions,
): Options & ListOptions {
  const names = known.filter((name) => typeof name === 'string')
  return { ...(checkOptions(options, [...names, 'signal']) as Options), ...fixed }
}

/** The states asked for, as bits of their numbers in the layout. */
function tcpStateBits(values: Values, listening: boolean | undefined): number {
  const number = (state: TcpState) => TCP_STATES.indexOf(state) + 1
  const listen = 1 << number('LISTEN')
  const bound = 1 << number('BOUND')
  const wantsBound =
    values.bound === undefined ? false : checkBoolean('options.bound', values.bound)
  let mask = (1 << LAYOUT.states) - 1 - (wantsBound ? 0 : bound)
  if (values.state !== undefined) {
    const states = checkList('options.state', values.state, (name, item) =>
      checkOneOf(name, item, TCP_STATES),
    )
    mask = states.reduce((sum, state) => sum | (1 << number(state)), wantsBound ? bound : 0)
  }
  if (listening === true) return mask & listen
  if (listening === false) return mask & ~listen
  return mask
}

function udpPeerBits(values: Values, listening: boolean | undefined): number {
  if (values.state !== undefined) return 0
  if (listening === undefined) return UDP_UNCONNECTED | UDP_CONNECTED
  return listening ? UDP_UNCONNECTED : UDP_CONNECTED
}

/** Checks the options of a query and returns the words for the addon. */
export function encodeQuery(options: unknown, alsoKnown: readonly string[] = []): Uint32Array {
  const values: Values = checkOptions(options, [...LIST_OPTIONS, ...alsoKnown])
  const choice = (name: keyof ListOptions, all: readonly string[]): number =>
    values[name] === undefined
      ? (1 << all.length) - 1
      : bits(
          checkList(`options.${name}`, values[name], (at, item) => checkOneOf(at, item, all)),
          all,
        )
  const ports = (name: keyof ListOptions): number[] => {
    if (values[name] === undefined) return []
    const ranges = checkList(`options.${name}`, values[name], checkPortFilter)
    if (ranges.length > MOST_PORT_RANGES) {
      throw outOfRange(`options.${name}`, `at most ${MOST_PORT_RANGES} long`, ranges.length)
    }
    return ranges.map(({ from, to }) => ((from << 16) | to) >>> 0)
  }

  const listening =
    values.listening === undefined ? undefined : checkBoolean('options.listening', values.listening)
  if (listening === true && values.bound === true) {
    throw invalidValue('options.bound', 'false where listening is true: it does not listen', true)
  }
  const pids =
    values.pid === undefined
      ? []
      : checkList('options.pid', values.pid, (name, item) =>
          checkInteger(name, item, 1, 2 ** 31 - 1),
        )
  if (pids.length > MOST_PIDS) {
    throw outOfRange('options.pid', `at most ${MOST_PIDS} long`, pids.length)
  }
  const owners =
    values.owners === undefined ? 'all' : checkOneOf('options.owners', values.owners, OWNERS)
  if (owners === 'none' && (pids.length > 0 || values.services === true)) {
    const what = pids.length > 0 ? 'a pid' : 'services'
    throw invalidValue('options.owners', `'first' or 'all' together with ${what}`, owners)
  }
  const wants = (name: 'names' | 'times' | 'services'): boolean =>
    values[name] === undefined ? false : checkBoolean(`options.${name}`, values[name])
  const extras =
    (wants('names') ? NAMES : 0) | (wants('times') ? TIMES : 0) | (wants('services') ? SERVICES : 0)
  const source =
    values.source === undefined
      ? 0
      : SOURCES.indexOf(checkOneOf('options.source', values.source, SOURCES)) + 1
  const localPorts = ports('localPort')
  const remotePorts = ports('remotePort')
  const uniquePids = [...new Set(pids)]

  return Uint32Array.from([
    LAYOUT.query,
    choice('protocol', PROTOCOLS),
    choice('family', FAMILIES),
    tcpStateBits(values, listening),
    udpPeerBits(values, listening),
    OWNERS.indexOf(owners),
    extras,
    source,
    localPorts.length,
    ...localPorts,
    remotePorts.length,
    ...remotePorts,
    uniquePids.length,
    ...uniquePids,
  ])
}
