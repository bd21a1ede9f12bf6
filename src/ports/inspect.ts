/** What the socket table shows of one port, which people otherwise piece together from netstat or lsof. */

import { encodeQuery } from '../table/options.ts'
import { listSockets, listSocketsSync } from '../table/snapshot.ts'
import type { Abortable, Include, ListOptions, SocketRow, SocketTable } from '../types/index.ts'
import { TCP_STATES } from '../types/index.ts'
import { checkHost, checkOption, checkOptions, checkPort, refuseSignal } from '../validate.ts'
import { type BindTarget, meetsAny, resolveTargets, resolveTargetsSync } from './bind-targets.ts'
import type { InspectOptions, PortInspection, PortOwner } from './inspection.ts'
import { serverSockets } from './server-sockets.ts'

const INSPECT_OPTIONS = [
  'protocol',
  'family',
  'host',
  'listening',
  'owners',
  'include',
  'source',
] as const satisfies readonly (keyof InspectOptions)[]

interface InspectRequest {
  readonly port: number
  readonly protocol: ListOptions['protocol']
  /** Disjoint, so that their rows together are the answer. */
  readonly queries: readonly ListOptions[]
  readonly host: string | null
}

function checkArguments(
  port: number,
  options: (InspectOptions & Abortable) | undefined,
): InspectRequest {
  const localPort = checkPort('port', port)
  const values = checkOptions(options, [...INSPECT_OPTIONS, 'signal'])
  const { host: _, ...rest } = values
  encodeQuery(rest, ['signal']) // throws before a name is looked up
  const asked = rest as ListOptions & Abortable
  const { owners, listening, protocol = 'tcp', include = [], ...others } = asked
  const added = [include].flat()
  // Whether IPv4 is taken by a socket on :: is a part of the answer.
  const query = { ...others, protocol, localPort, include: ['details' as const, ...added] }
  const otherOwners = owners ?? (added.includes('service') ? 'first' : 'none')
  const servers: ListOptions = { ...query, listening: true, owners: owners ?? 'first' }
  const remaining: ListOptions = {
    ...query,
    listening: false,
    bound: true,
    owners: otherOwners,
  }
  const both: ListOptions = { ...query, bound: true, owners: otherOwners }
  return {
    port,
    protocol,
    queries:
      listening === undefined
        ? owners === undefined
          ? [servers, remaining]
          : [both]
        : [listening ? servers : remaining],
    host: checkOption(values, 'host', checkHost, null),
  }
}

/** One table of two that have no socket in common. */
function join(one: SocketTable<Include>, other: SocketTable<Include>): SocketTable<Include> {
  return {
    source: one.source === other.source ? one.source : 'mixed',
    fallback: one.fallback ?? other.fallback,
    complete: one.complete && other.complete,
    missing: [...new Set([...one.missing, ...other.missing])],
    hidden: {
      processes: Math.max(one.hidden.processes, other.hidden.processes),
      sockets: one.hidden.sockets + other.hidden.sockets,
    },
    processes: [...one.processes, ...other.processes], // of `first` and `none`: the latter has none
    rows: [...one.rows, ...other.rows],
  }
}

/** Without the sockets at other addresses than the host's. */
function atHost(
  table: SocketTable<Include>,
  all: readonly BindTarget[] | null,
): SocketTable<Include> {
  if (all === null) return table
  const rows = table.rows.filter((row) => meetsAny(row, all))
  const pids = new Set(rows.flatMap((row) => row.pids))
  return { ...table, rows, processes: table.processes.filter(({ pid }) => pids.has(pid)) }
}

function ownersOf(
  servers: readonly SocketRow<Include>[],
  { processes }: SocketTable<Include>,
): PortOwner<Include>[] {
  const socketsOf = new Map<number, SocketRow<Include>[]>()
  for (const row of servers) {
    for (const pid of row.pids) {
      const sockets = socketsOf.get(pid)
      if (sockets === undefined) socketsOf.set(pid, [row])
      else sockets.push(row)
    }
  }
  const names = new Map(processes.map(({ pid, name }) => [pid, name]))
  return Array.from(socketsOf, ([pid, sockets]) => ({ pid, name: names.get(pid) ?? null, sockets }))
}

function describe(
  { port, protocol }: InspectRequest,
  tables: readonly SocketTable<Include>[],
  all: readonly BindTarget[] | null,
): PortInspection<Include> {
  const table = atHost(tables.reduce(join), all)
  const servers = table.rows.filter(serverSockets(protocol))
  const found = new Set(table.rows.map(({ state }) => state))
  return {
    port,
    inUse: table.rows.length > 0,
    listening: servers.length > 0,
    states: TCP_STATES.filter((state) => found.has(state)),
    owners: ownersOf(servers, table),
    unknown: servers.filter(({ pid }) => pid === null),
    table,
  }
}

/**
 * What the socket table shows of a port: whether it is in use, in which states, and which processes
 * listen on it. Every socket that has it as its local port is read: listeners, bound sockets, clients
 * that happen to use it, and connections that remain in TIME_WAIT. Clients are never among `owners`,
 * so that no browser is ended for its outgoing connection.
 *
 * With `protocol: 'udp'` the owners are the processes with an unconnected socket on it. Where both
 * protocols are asked for, a UDP socket in the ephemeral range is taken for a client's (DNS, QUIC,
 * WebRTC).
 *
 * Whether a bind would succeed depends on its address and options as well: see `checkPort`.
 *
 * @example
 * const { inUse, owners } = await inspectPort(3000, { include: ['names'] })
 * console.log(inUse, owners) // true [ { pid: 4242, name: 'node', sockets: [ … ] } ]
 *
 * @throws The errors of `listSockets`; for the port `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`;
 *   `ENOTFOUND` for an unknown host.
 */
export async function inspectPort<const Included extends Include = never>(
  port: number,
  options?: InspectOptions<Included> & Abortable,
): Promise<PortInspection<Included>> {
  const request = checkArguments(port, options)
  const all = request.host === null ? null : await resolveTargets({ host: request.host })
  return describe(
    request,
    await Promise.all(request.queries.map((query) => listSockets(query))),
    all,
  )
}

/**
 * `inspectPort`, blocking. `host` has to be an address or `localhost`.
 *
 * @example
 * if (inspectPortSync(3000, { owners: 'none' }).inUse) console.log('port 3000 is in use')
 *
 * @throws As `inspectPort`.
 */
export function inspectPortSync<const Included extends Include = never>(
  port: number,
  options?: InspectOptions<Included>,
): PortInspection<Included> {
  refuseSignal(options, 'inspectPort')
  const request = checkArguments(port, options)
  const all = request.host === null ? null : resolveTargetsSync({ host: request.host })
  return describe(
    request,
    request.queries.map((query) => listSocketsSync(query)),
    all,
  )
}
