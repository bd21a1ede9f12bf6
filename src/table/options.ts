/** Checks every public option once and encodes a query for the addon. */

import { binding } from '../binding.ts'
import { invalidValue } from '../errors.ts'
import type { Layout } from '../layout.ts'
import { bitsOf } from '../layout.ts'
import type { Include, ListOptions, Owners } from '../types/index.ts'
import { FAMILIES, INCLUDES, OWNERS, PROTOCOLS, SOURCES, TCP_STATES } from '../types/index.ts'
import {
  MOST_PORT_RANGES,
  checkBoolean,
  checkFamily,
  checkFlag,
  checkList,
  checkListOrNone,
  checkOneOf,
  checkOptions,
  checkPid,
  checkPortFilter,
  checkProtocol,
} from '../validate.ts'

const MOST_PIDS = 65_536

type Values = { readonly [Name in keyof ListOptions]?: unknown }

/** All options of a list, in the order in which messages list them. */
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
  'include',
  'source',
]

/** The requested states, as bits of their numbers in the layout. */
function tcpStateBits(values: Values, listening: boolean | undefined, layout: Layout): number {
  const [listen, bound] = [1 << layout.state.LISTEN, 1 << layout.state.BOUND]
  const includeBound = checkFlag('options.bound', values.bound)
  // States that have no name here are requested as well; `state` is null in their rows.
  let mask = includeBound ? ~0 : ~bound
  if (values.state !== undefined) {
    const states = checkList('options.state', values.state, (name, item) =>
      checkOneOf(name, item, TCP_STATES),
    )
    mask = bitsOf(layout.state, states) | (includeBound ? bound : 0)
  }
  if (listening === true) return mask & listen
  if (listening === false) return mask & ~listen
  return mask
}

function udpPeerBits(values: Values, listening: boolean | undefined, layout: Layout): number {
  if (values.state !== undefined) return 0
  if (listening === undefined) return bitsOf(layout.udpPeer, ['unconnected', 'connected'])
  return bitsOf(layout.udpPeer, [listening ? 'unconnected' : 'connected'])
}

function checkPortRanges(name: keyof ListOptions, value: unknown): number[] {
  if (value === undefined) return []
  const ranges = checkList(`options.${name}`, value, checkPortFilter, MOST_PORT_RANGES)
  return ranges.map(({ from, to }) => ((from << 16) | to) >>> 0)
}

function checkPids(value: unknown): number[] {
  if (value === undefined) return []
  return [...new Set(checkList('options.pid', value, checkPid, MOST_PIDS))]
}

function checkInclude(value: unknown): Include[] {
  if (value === undefined) return []
  return checkListOrNone('options.include', value, (name, item) => checkOneOf(name, item, INCLUDES))
}

/** Checks how to search for owners, on which `pid` and `service` depend. */
function checkOwners(values: Values, pids: readonly number[], include: readonly Include[]): Owners {
  if (values.owners === undefined) return 'all'
  const owners = checkOneOf('options.owners', values.owners, OWNERS)
  const reason = pids.length > 0 ? 'a pid' : include.includes('service') ? "'service'" : null
  if (owners === 'none' && reason !== null) {
    throw invalidValue('options.owners', `'first' or 'all' together with ${reason}`, owners)
  }
  return owners
}

/** A query as it is passed to the addon, and the groups of fields that it adds to the rows. */
export interface EncodedQuery {
  /** 32-bit words at the places of `layout.query`, and then the lists of the query. */
  readonly encoded: Uint32Array
  readonly include: readonly Include[]
}

/** Checks the options of a query and encodes them for the addon. */
export function encodeQuery(options: unknown, alsoKnown: readonly string[] = []): EncodedQuery {
  const values: Values = checkOptions(options, [...LIST_OPTIONS, ...alsoKnown])
  const { protocol = PROTOCOLS, family = FAMILIES } = values
  const protocols = checkList('options.protocol', protocol, checkProtocol)
  const families = checkList('options.family', family, checkFamily)
  const listening =
    values.listening === undefined ? undefined : checkBoolean('options.listening', values.listening)
  if (listening === true && values.bound === true) {
    throw invalidValue(
      'options.bound',
      'false where listening is true: a bound socket does not listen',
      true,
    )
  }
  const pids = checkPids(values.pid)
  const include = checkInclude(values.include)
  const owners = checkOwners(values, pids, include)
  const source =
    values.source === undefined ? 'auto' : checkOneOf('options.source', values.source, SOURCES)
  const localPorts = checkPortRanges('localPort', values.localPort)
  const remotePorts = checkPortRanges('remotePort', values.remotePort)

  const { layout } = binding()
  const fields: Record<Exclude<keyof Layout['query'], 'size'>, number> = {
    version: layout.schema.version,
    protocols: bitsOf(layout.protocol, protocols),
    families: bitsOf(layout.family, families),
    tcpStates: tcpStateBits(values, listening, layout),
    udpPeers: udpPeerBits(values, listening, layout),
    owners: layout.owners[owners],
    include: bitsOf(layout.include, include),
    source: layout.source[source],
  }
  const lists = { localPorts, remotePorts, pids }
  return { encoded: arrangeQuery(fields, lists, layout), include }
}

/** Puts the fields of a query in their places, followed by its lists. */
function arrangeQuery(
  fields: Readonly<Record<Exclude<keyof Layout['query'], 'size'>, number>>,
  lists: Readonly<Record<keyof Layout['queryList'], readonly number[]>>,
  layout: Layout,
): Uint32Array {
  const fixed = new Array<number>(layout.query.size).fill(0)
  for (const [name, value] of Object.entries(fields)) {
    fixed[layout.query[name as keyof typeof fields]] = value
  }
  const rest = Object.entries(lists).flatMap(([name, list]) =>
    list.length === 0 ? [] : [layout.queryList[name as keyof typeof lists], list.length, ...list],
  )
  return Uint32Array.from([...fixed, ...rest])
}
