/** What queries take. */

import type { Family, Protocol, Source, TcpState } from './values.ts'

/**
 * How far to look for the processes that hold a socket.
 *
 * - `none`: not at all; `pid` is null with the reason `not-asked`.
 * - `first`: until each socket has a holder. Others are reported as far as they were met, which
 *   includes every process that inherited the same descriptor number. For questions about a few
 *   sockets this is many times faster than `all` on a busy host.
 * - `all`: every holder of each socket.
 *
 * Windows names one process for each socket, the one that made it, whichever of the two is asked for.
 */
export type Owners = 'none' | 'first' | 'all'
export const OWNERS: readonly Owners[] = ['none', 'first', 'all']

/**
 * What a query adds to its rows.
 *
 * - `names`: the owners' names, as `processName` and in `processes`.
 * - `details`: the fields of `SocketDetails`.
 * - `service` (Windows): the field `service`; null elsewhere.
 */
export type Include = 'names' | 'details' | 'service'
export const INCLUDES: readonly Include[] = ['names', 'details', 'service']

/** A port from 0 to 65535, or all ports from one to another, both included. */
export type PortFilter = number | { readonly from: number; readonly to: number }

/** What every query may say. */
export interface QueryOptions<Included extends Include = Include> {
  /**
   * Only sockets of these protocols.
   * @default both
   */
  readonly protocol?: Protocol | readonly Protocol[]
  /**
   * `4` and `6` stand for `'IPv4'` and `'IPv6'`. An IPv6 socket that talks to IPv4 is an IPv6 socket.
   * @default both
   */
  readonly family?: Family | 4 | 6 | readonly (Family | 4 | 6)[]
  /**
   * Only sockets with a peer at one of these ports.
   * @default any
   */
  readonly remotePort?: PortFilter | readonly PortFilter[]
  /**
   * Only sockets that these processes hold. Then only they are read, and `pids` of a shared socket
   * names no others.
   */
  readonly pid?: number | readonly number[]
  /**
   * How far to look for the processes that hold a socket.
   * @default 'all'
   */
  readonly owners?: Owners
  /**
   * What to add to the rows. Names and services take `owners`.
   * @default nothing
   */
  readonly include?: Included | readonly Included[]
  /**
   * The kernel interface to read.
   * @default the best that works, which `source` in the table names
   */
  readonly source?: Source
}

/** Options of `listSockets`. */
export interface ListOptions<Included extends Include = Include> extends QueryOptions<Included> {
  /**
   * Only sockets at one of these ports of this host.
   * @default any
   */
  readonly localPort?: PortFilter | readonly PortFilter[]
  /**
   * Only TCP sockets in these states, and no UDP sockets, which have none.
   * @default any but `BOUND`
   */
  readonly state?: TcpState | readonly TcpState[]
  /**
   * Whether to add TCP sockets in state `BOUND`: bound to a port, neither listening nor connected.
   * They take the port but no other tool shows them by default, and they cost the kernel a walk of
   * another table. Linux 6.8 and later, from `sock_diag`, and macOS; else `missing` says `bound`.
   * @default false
   */
  readonly bound?: boolean
  /**
   * True: only sockets that wait for peers, which are TCP sockets in LISTEN and unconnected UDP
   * sockets. False: only the others.
   * @default both
   */
  readonly listening?: boolean
}

/** What the asynchronous functions take as well. */
export interface Abortable {
  /** Rejects with the signal's reason and ends the read early. */
  readonly signal?: AbortSignal
}

/** What sockets can be counted by. */
export type CountBy =
  'protocol' | 'family' | 'state' | 'direction' | 'listeningPort' | 'pid' | 'remoteAddress'
export const COUNT_BY: readonly CountBy[] = [
  'protocol',
  'family',
  'state',
  'direction',
  'listeningPort',
  'pid',
  'remoteAddress',
]
