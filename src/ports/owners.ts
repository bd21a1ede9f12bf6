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

/** What the questions about one port take; each has its own default for `owners`. */
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

function usageQuery(port: number, options: PortOptions | undefined): ListOptions {
  const fixed = { localPort: checkPort('port', port), bound: true }
  return { owners: 'none', ...fixOptions(options, PORT_OPTIONS, fixed) }
}

function ownersQuery(port: number, options: PortOptions | undefined): ListOptions {
  const fixed = { localPort: checkPort('port', port), listening: true }
  return { owners: 'first', ...fixOptions(options, PORT_OPTIONS, fixed) }
}

function isListening(row: SocketRow): boolean {
  return row.state === 'LISTEN' || (row.protocol === 'udp' && row.remoteAddress === null)
}

function describeUsage(port: number, table: SocketTable): PortUsage {
  const found = new Set(table.rows.map(({ state }) => state))
  return {
    port,
    inUse: table.rows.length > 0,
    listening: table.rows.some(isListening),
    states: TCP_STATES.filter((state) => found.has(state)),
    table,
  }
}

function describeOwners(port: number, table: SocketTable): PortOwners {
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
 * Is this port in use, and in which state? Looks at every socket that has it as its local port:
 * listeners, bound sockets, clients that happen to use it, and connections that linger in TIME_WAIT.
 * `owners` is `none` unless asked for.
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
  return describeUsage(port, await listSockets(usageQuery(port, options)))
}

/** `portUsage`, blocking. */
export function portUsageSync(port: number, options?: PortOptions): PortUsage {
  return describeUsage(port, listSocketsSync(usageQuery(port, options)))
}

/**
 * Who owns this port? The processes that listen on it: never mere clients, so that nobody ends a
 * browser by its outgoing connection.
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
  return describeOwners(port, await listSockets(ownersQuery(port, options)))
}

/** `portOwners`, blocking. */
export function portOwnersSync(port: number, options?: PortOptions): PortOwners {
  return describeOwners(port, listSocketsSync(ownersQuery(port, options)))
}
