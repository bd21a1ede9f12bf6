/** Checks every public option once and turns a query into the words that the addon takes. */

import { invalidType, invalidValue, isRevoked, outOfRange } from '../errors.ts'
import { LAYOUT } from '../layout.ts'
import type { ListOptions, PortFilter, TcpState } from '../types.ts'
import { FAMILIES, OWNERS, PROTOCOLS, SOURCES, TCP_STATES } from '../types.ts'

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

/** Checks that a port is a whole number from 0 to 65535. */
export function checkPort(name: string, value: unknown): number {
  return checkInteger(name, value, 0, 65_535)
}

/** Checks that a value is a whole number in a range. */
export function checkInteger(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw outOfRange(name, `an integer >= ${least} and <= ${most}`, value)
  }
  return value
}

/** Checks that a value is one of some words. */
export function checkOneOf<Word extends string>(
  name: string,
  value: unknown,
  allowed: readonly Word[],
): Word {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  const word = allowed.find((known) => known === value)
  if (word === undefined) throw invalidValue(name, `one of ${allowed.join(', ')}`, value)
  return word
}

/** Checks that a value is a boolean. */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value)
  return value
}

/** Checks a boolean that may be left out, which is false then. */
export function checkFlag(name: string, value: unknown): boolean {
  return value === undefined ? false : checkBoolean(name, value)
}

/** Checks that a value is a duration: a number from 0 on, or Infinity. */
export function checkDuration(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!(value >= 0)) throw outOfRange(name, 'a number of milliseconds >= 0', value)
  return value
}

/** An array; false for a revoked proxy, of which even that can't be asked. */
export const isList = (value: unknown): value is readonly unknown[] =>
  !isRevoked(value) && Array.isArray(value)

/** A single value or an array of them, each checked. */
export function checkListOrNone<Item>(
  name: string,
  value: unknown,
  check: (name: string, item: unknown) => Item,
): Item[] {
  // Not map(), which would pass over holes.
  if (isList(value)) return Array.from(value, (item, at) => check(`${name}[${at}]`, item))
  const iterable = typeof value === 'object' && value !== null && !isRevoked(value)
  if (iterable && Symbol.iterator in value) {
    throw invalidType(name, 'a single value or an array of them', value)
  }
  return [check(name, value)]
}

/** `checkListOrNone` where an empty array would ask for nothing, which nobody means. */
export function checkList<Item>(
  name: string,
  value: unknown,
  check: (name: string, item: unknown) => Item,
): Item[] {
  const items = checkListOrNone(name, value, check)
  if (items.length > 0) return items
  throw invalidValue(name, 'a value or an array of at least one', value)
}

// One of them alone is a range of which the other is missing, which says more.
const hasRange = (value: object): boolean => 'from' in value || 'to' in value

/** Checks a port or a range of ports. */
export function checkPortFilter(name: string, value: unknown): { from: number; to: number } {
  if (typeof value === 'number') {
    const port = checkPort(name, value)
    return { from: port, to: port }
  }
  if (typeof value !== 'object' || value === null || isRevoked(value) || !hasRange(value)) {
    throw invalidType(name, 'a port or an object { from, to }', value)
  }
  const range = value as Partial<Exclude<PortFilter, number>>
  const from = checkPort(`${name}.from`, range.from)
  const to = checkPort(`${name}.to`, range.to)
  if (from > to) throw outOfRange(`${name}.to`, `at least "${name}.from", which is ${from}`, to)
  return { from, to }
}

/** The numbers of the words in `chosen`, as bits. */
function bits(chosen: readonly string[], all: readonly string[]): number {
  return chosen.reduce((mask, word) => mask | (1 << all.indexOf(word)), 0)
}

/**
 * Checks that `options` is an object with these properties alone. Others are refused: a misspelt
 * filter, or one that the function sets itself, would answer another question than was asked.
 */
export function checkOptions(
  options: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null || isRevoked(options) || isList(options)) {
    throw invalidType('options', 'of type object', options)
  }
  const surplus = Object.keys(options).find((name) => !known.includes(name))
  if (surplus === undefined) return options as Readonly<Record<string, unknown>>
  throw invalidValue('options', `an object of known properties (${known.join(', ')})`, surplus)
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
