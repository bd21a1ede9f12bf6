/**
 * The names of everything that JavaScript and the addon pass to each other as bytes or numbers. The
 * addon owns the numbers (native/core/layout.h) and exports them when it is loaded; JavaScript refers to
 * them by name.
 */

import type { CountBy, Include, Owners } from './types/options.ts'
import { COUNT_BY, INCLUDES, OWNERS } from './types/options.ts'
import type { Direction, Family, OwnerUnknown, Protocol, Source, TcpState } from './types/values.ts'
import {
  DIRECTIONS,
  FAMILIES,
  OWNER_UNKNOWN,
  PROTOCOLS,
  SOURCES,
  TCP_STATES,
} from './types/values.ts'

/** The named values in rows, queries and counts. */
interface Values {
  protocol: Protocol
  family: Family
  state: TcpState
  direction: Direction
  ownerUnknown: OwnerUnknown
  source: Source | 'auto'
  owners: Owners
  include: Include
  udpPeer: 'unconnected' | 'connected'
  countBy: CountBy
}

const VALUES: { readonly [Group in keyof Values]: readonly Values[Group][] } = {
  protocol: PROTOCOLS,
  family: FAMILIES,
  state: TCP_STATES,
  direction: DIRECTIONS,
  ownerUnknown: OWNER_UNKNOWN,
  source: ['auto', ...SOURCES],
  owners: OWNERS,
  include: INCLUDES,
  udpPeer: ['unconnected', 'connected'],
  countBy: COUNT_BY,
}

/** The positions of fields in queries, in packed tables and in a bind to try. */
const PLACES = {
  schema: ['version', 'magic'],

  // The fields of a query, and its lists.
  query: [
    'size',
    'version',
    'protocols',
    'families',
    'tcpStates',
    'udpPeers',
    'owners',
    'include',
    'source',
  ],
  queryList: ['localPorts', 'remotePorts', 'pids'],

  // A packed table: offsets in bytes from the beginning of a record.
  header: ['size', 'magic', 'version', 'sections'],
  entry: ['size', 'section', 'stride', 'count', 'offset'],
  section: [
    'rows',
    'details',
    'owners',
    'processes',
    'interfaces',
    'services',
    'counts',
    'changes',
    'report',
    'strings',
  ],
  text: ['offset', 'length'],
  row: [
    'size',
    'localAddress',
    'remoteAddress',
    'cookie',
    'created',
    'inode',
    'interface',
    'localPort',
    'remotePort',
    'family',
    'protocol',
    'state',
    'direction',
    'flags',
    'ownerUnknown',
    'ownerStart',
    'ownerCount',
  ],
  rowFlag: ['peer', 'v6OnlyKnown', 'v6Only'],
  details: ['size', 'uid', 'receiveQueue', 'sendQueue', 'backlog', 'lastPid', 'known'],
  detailsFlag: ['user', 'queues', 'backlog'],
  owner: ['size', 'process', 'descriptor', 'noDescriptor'],
  process: ['size', 'pid', 'name'],
  interface: ['size', 'index', 'name'],
  service: ['size', 'row', 'name'],
  count: [
    'size',
    'sockets',
    'remoteAddress',
    'process',
    'listeningPort',
    'family',
    'protocol',
    'state',
    'direction',
    'hasPeer',
    'noProcess',
  ],
  changes: ['size', 'opened', 'closed', 'shortLived'],
  report: [
    'size',
    'sources',
    'flags',
    'skipped',
    'repeated',
    'processes',
    'denied',
    'vanished',
    'unexpected',
    'unexpectedCode',
    'unexpectedCall',
    'fallbackCode',
    'fallbackCall',
    'sockets',
    'hiddenSockets',
  ],
  reportFlag: [
    'interrupted',
    'boundUnavailable',
    'processesHidden',
    'askedDenied',
    'numericScopes',
    'socketsHidden',
    'destroyEvents',
    'destroyEventsMissed',
    'foreignProc',
    'searchEnded',
    'otherNetns',
  ],

  // The fields of a bind to try.
  bind: ['size', 'protocol', 'family', 'options', 'port', 'scope', 'address'],
  bindOption: ['v6Only', 'reuseAddress', 'reusePort', 'exclusive'],
} as const

type Places = typeof PLACES

/** The number of each name, by group: `layout.row.localPort`. */
export type Layout = {
  readonly [Group in keyof Values]: Readonly<Record<Values[Group], number>>
} & {
  readonly [Group in keyof Places]: Readonly<Record<Places[Group][number], number>>
}

const NAMES: Readonly<Record<string, readonly string[]>> = { ...VALUES, ...PLACES }

/** The names that only one side has. */
export function layoutDifferences(exported: Readonly<Record<string, unknown>>): string[] {
  const known = Object.entries(NAMES).flatMap(([group, members]) =>
    members.map((member) => `${group}.${member}`),
  )
  const names = new Set([...known, ...Object.keys(exported)])
  return [...names].filter((name) => !known.includes(name) || typeof exported[name] !== 'number')
}

/** Groups the numbers that the addon exports, which must be complete. */
export function arrangeLayout(exported: Readonly<Record<string, number>>): Layout {
  const groups = Object.entries(NAMES).map(([group, members]) => [
    group,
    Object.fromEntries(members.map((member) => [member, exported[`${group}.${member}`]])),
  ])
  return Object.fromEntries(groups) as Layout
}

/** The name of each number of a group of values; null where a number has none. */
export function namesByNumber<Name extends string>(
  group: Readonly<Record<Name, number>>,
): (Name | null)[] {
  const names: (Name | null)[] = []
  for (const [name, number] of Object.entries(group) as [Name, number][]) names[number] = name
  return Array.from(names, (name) => name ?? null)
}

/** The bits of some values of a group. */
export function bitsOf<Name extends string>(
  group: Readonly<Record<Name, number>>,
  names: readonly Name[],
): number {
  return names.reduce((bits, name) => bits | (1 << group[name]), 0)
}
