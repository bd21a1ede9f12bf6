/** The small questions about one port that people otherwise piece together from netstat or lsof. */

import { checkPort, fixOptions } from '../table/options.ts'
import { listSockets, listSocketsSync } from '../table/snapshot.ts'
import type {
  Abortable,
  ListOptions,
  PortOwner,
  PortOwners,
  PortUsage,
  QueryOptions,
  SocketRow,
  SocketTable,
} from '../types.ts'
import { TCP_STATES } from '../types.ts'
import { onlyServers, serverSockets } from './server-sockets.ts'

/**
 * What the questions about one port take. `protocol` is `tcp` unless it asks for UDP. Each has its own
 * default for `owners`.
 */
export type PortOptions = Pick<
  QueryOptions,
  'protocol' | 'family' | 'owners' | 'names' | 'times' | 'services' | 'source'
>

const PORT_OPTIONS = [
  'protocol',
  'family',
  'owners',
  'names',
  'times',
  'services',
  'source',
] as const satisfies readonly (keyof PortOptions)[]

function query(
  port: number,
  options: PortOptions | undefined,
  which: Pick<ListOptions, 'bound' | 'listening'>,
): ListOptions {
  const fixed = { ...which, localPort: checkPort('port', port) }
  const asked = fixOptions(options, PORT_OPTIONS, fixed)
  return { ...asked, protocol: asked.protocol ?? 'tcp' }
}

function usageQuery(port: number, options: PortOptions | undefined): ListOptions {
  return { owners: 'none', ...query(port, options, { bound: true }) }
}

function ownersQuery(port: number, options: PortOptions | undefined): ListOptions {
  return { owners: 'first', ...query(port, options, { listening: true }) }
}

function describeUsage(port: number, table: SocketTable, { protocol }: ListOptions): PortUsage {
  const found = new Set(table.rows.map(({ state }) => state))
  return {
    port,
    inUse: table.rows.length > 0,
    listening: table.rows.some(serverSockets(protocol)),
    states: TCP_STATES.filter((state) => found.has(state)),
    table,
  }
}

function describeOwners(port: number, all: SocketTable, { protocol }: ListOptions): PortOwners {
  const table = onlyServers(all, protocol)
  const socketsOf = new Map<number, SocketRow[]>()
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
  const asked = usageQuery(port, options)
  return describeUsage(port, await listSockets(asked), asked)
}

/** `portUsage`, blocking. */
export function portUsageSync(port: number, options?: PortOptions): PortUsage {
  const asked = usageQuery(port, options)
  return describeUsage(port, listSocketsSync(asked), asked)
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
  const asked = ownersQuery(port, options)
  return describeOwners(port, await listSockets(asked), asked)
}

/** `portOwners`, blocking. */
export function portOwnersSync(port: number, options?: PortOptions): PortOwners {
  const asked = ownersQuery(port, options)
  return describeOwners(port, listSocketsSync(asked), asked)
}
