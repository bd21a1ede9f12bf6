/** The options of queries. */

import type { Family, Protocol, Source, TcpState } from './values.ts'

/**
 * How thoroughly to search for the processes that hold a socket.
 *
 * - `none`: not at all; `pid` is null with the reason `not-asked`.
 * - `first`: until each socket has a holder. Other holders are reported if the search met them, which
 *   includes every process that inherited the same descriptor number. For queries about a few sockets
 *   this is many times faster than `all` on a busy host.
 * - `all`: every holder of each socket.
 *
 * Windows reports one process for each socket, the one that created it, for both `first` and `all`.
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

/** The options of every query. */
export interface QueryOptions<Included extends Include = Include> {
  /**
   * Only sockets of these protocols.
   *
   * @default both
   */
  readonly protocol?: Protocol | readonly Protocol[]
  /**
   * Only sockets of these address families. `4` and `6` stand for `'IPv4'` and `'IPv6'`. An IPv6 socket
   * with an IPv4 peer is an IPv6 socket.
   *
   * @default both
   */
  readonly family?: Family | 4 | 6 | readonly (Family | 4 | 6)[]
  /**
   * Only sockets with a peer at one of these ports.
   *
   * @default any
   */
  readonly remotePort?: PortFilter | readonly PortFilter[]
  /**
   * Only sockets that these processes hold. Only they are searched, so `pids` of a shared socket does
   * not include other processes.
   *
   * @default any
   */
  readonly pid?: number | readonly number[]
  /**
   * How thoroughly to search for the processes that hold a socket.
   *
   * @default 'all'
   */
  readonly owners?: Owners
  /**
   * What to add to the rows. `names` and `service` depend on `owners`, which must not be `'none'` for
   * `service`.
   *
   * @default nothing
   */
  readonly include?: Included | readonly Included[]
  /**
   * The kernel interface to read.
   *
   * @default the best one that works; the table names it in `source`
   */
  readonly source?: Source
}

/** Options of `listSockets`. */
export interface ListOptions<Included extends Include = Include> extends QueryOptions<Included> {
  /**
   * Only sockets at one of these ports of this host.
   *
   * @default any
   */
  readonly localPort?: PortFilter | readonly PortFilter[]
  /**
   * Only TCP sockets in these states, and no UDP sockets, which have no state.
   *
   * @default any except `BOUND`
   */
  readonly state?: TcpState | readonly TcpState[]
  /**
   * Whether to add TCP sockets in state `BOUND`: bound to a port, neither listening nor connected.
   * They occupy the port, although no other tool shows them by default. The kernel has to walk another
   * table for them. Available on Linux 6.8 and later, from `sock_diag`, and on macOS; elsewhere
   * `missing` includes `bound`.
   *
   * @default false
   */
  readonly bound?: boolean
  /**
   * True: only sockets that wait for peers, which are TCP sockets in LISTEN and unconnected UDP
   * sockets. False: only the others.
   *
   * @default both
   */
  readonly listening?: boolean
}

/** The additional option of the asynchronous functions. */
export interface Abortable {
  /**
   * Aborting it ends the call early: it rejects with the signal's reason.
   *
   * @default none
   */
  readonly signal?: AbortSignal
}

/** A key that sockets can be counted by; see `CountKeys`. */
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
