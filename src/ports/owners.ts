/** The small questions about one port that people otherwise piece together from netstat or lsof. */

import { encodeQuery } from '../table/options.ts'
import { listSockets, listSocketsSync } from '../table/snapshot.ts'
import type {
  Include,
  Abortable,
  ListOptions,
  Owners,
  PortOwner,
  PortOwners,
  PortUsage,
  QueryOptions,
  SocketRow,
  SocketTable,
} from '../types/index.ts'
import { TCP_STATES } from '../types/index.ts'
import { type Site, checkHost, meetsAny, sites, sitesSync } from './places.ts'
import { onlyServers, serverSockets } from './server-sockets.ts'
import { checkOptions, checkPort } from '../validate.ts'

/**
 * What the questions about one port take. `protocol` is `tcp` unless it asks for UDP. Each has its own
 * default for `owners`.
 */
export interface PortOptions extends Pick<
  QueryOptions,
  'protocol' | 'family' | 'owners' | 'include' | 'source'
> {
  /**
   * Only sockets that have the port at this address: bound to it, or to a wildcard that takes it in. A
   * name stands for all its addresses; the blocking twins look none up but `localhost`. Default: at
   * any address.
   */
  readonly host?: string
}

const PORT_OPTIONS = [
  'protocol',
  'family',
  'owners',
  'include',
  'source',
] as const satisfies readonly (keyof PortOptions & keyof QueryOptions)[]

interface Asked {
  readonly query: ListOptions
  readonly host: string | undefined
}

function check(
  port: number,
  options: PortOptions | undefined,
  which: Pick<ListOptions, 'bound' | 'listening'> & { owners: Owners },
): Asked {
  const localPort = checkPort('port', port)
  const { host, ...rest } = checkOptions(options, [...PORT_OPTIONS, 'host', 'signal'])
  const { owners, ...fixed } = which
  const query: ListOptions = { owners, ...rest, ...fixed, localPort }
  encodeQuery(query, ['signal']) // throws before a name is looked up
  return {
    query: { ...query, protocol: query.protocol ?? 'tcp' },
    host: host === undefined ? undefined : checkHost('options.host', host),
  }
}

const checkUsage = (port: number, options: PortOptions | undefined): Asked =>
  check(port, options, { owners: 'none', bound: true })

const checkOwners = (port: number, options: PortOptions | undefined): Asked =>
  check(port, options, { owners: 'first', listening: true })

/** Those at the host that was asked about. */
function only(table: SocketTable<Include>, all: readonly Site[] | null): SocketTable<Include> {
  if (all === null) return table
  const rows = table.rows.filter((row) => meetsAny(row, all))
  const pids = new Set(rows.flatMap((row) => row.pids))
  return { ...table, rows, processes: table.processes.filter(({ pid }) => pids.has(pid)) }
}

async function read({ query, host }: Asked): Promise<SocketTable<Include>> {
  const all = host === undefined ? null : await sites({ host })
  return only(await listSockets(query), all)
}

function readSync({ query, host }: Asked): SocketTable<Include> {
  const all = host === undefined ? null : sitesSync({ host })
  return only(listSocketsSync(query), all)
}

function describeUsage(port: number, table: SocketTable<Include>, { query }: Asked): PortUsage {
  const found = new Set(table.rows.map(({ state }) => state))
  return {
    port,
    inUse: table.rows.length > 0,
    listening: table.rows.some(serverSockets(query.protocol)),
    states: TCP_STATES.filter((state) => found.has(state)),
    table,
  }
}

function describeOwners(port: number, all: SocketTable<Include>, { query }: Asked): PortOwners {
  const table = onlyServers(all, query.protocol)
  const socketsOf = new Map<number, SocketRow<Include>[]>()
  for (const row of table.rows) {
    for (const pid of row.pids) {
      const sockets = socketsOf.get(pid)
      if (sockets === undefined) socketsOf.set(pid, [row])
      else sockets.push(row)
    }
  }
  const names = new Map(table.processes.map(({ pid, name }) => [pid, name]))
  return {
    port,
    owners: Array.from(socketsOf, ([pid, sockets]): PortOwner => ({
      pid,
      name: names.get(pid) ?? null,
      sockets,
    })),
    unknown: table.rows.filter(({ pid }) => pid === null),
    table,
  }
}

/**
 * Is this TCP port in use, and in which state? Looks at every socket that has it as its local port:
 * listeners, bound sockets, clients that happen to use it, and connections that linger in TIME_WAIT.
 * `owners` is `none` unless asked for, and `protocol` is `tcp`.
 *
 * Whether a certain bind would succeed depends on its address and options too; this says what is
 * there.
 *
 * @throws As `listSockets` does; for the port `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`.
 */
export async function portUsage(
  port: number,
  options?: PortOptions & Abortable,
): Promise<PortUsage> {
  const asked = checkUsage(port, options)
  return describeUsage(port, await read(asked), asked)
}

/** `portUsage`, blocking. */
export function portUsageSync(port: number, options?: PortOptions): PortUsage {
  const asked = checkUsage(port, options)
  return describeUsage(port, readSync(asked), asked)
}

/**
 * Who owns this TCP port? The processes that listen on it: never mere clients, so that nobody ends a
 * browser by its outgoing connection.
 *
 * With `protocol: 'udp'` they are those with an unconnected socket on it. Where both are asked for, a
 * UDP socket in the ephemeral range is a client's (DNS, QUIC, WebRTC), and not among them.
 *
 * `owners` is `first` unless asked for otherwise: each listener's holder is found fast, and others
 * that share the socket as far as they were met. Ask for `all` before acting on every holder.
 *
 * @throws As `listSockets` does; for the port `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`.
 */
export async function portOwners(
  port: number,
  options?: PortOptions & Abortable,
): Promise<PortOwners> {
  const asked = checkOwners(port, options)
  return describeOwners(port, await read(asked), asked)
}

/** `portOwners`, blocking. */
export function portOwnersSync(port: number, options?: PortOptions): PortOwners {
  const asked = checkOwners(port, options)
  return describeOwners(port, readSync(asked), asked)
}
