/** Numbers of sockets. */

import type { CountBy } from './options.ts'
import type { SocketProcess, TableReport } from './table.ts'
import type { Direction, Family, Protocol, TcpState } from './values.ts'

/** What counted sockets have in common. */
export interface CountKeys {
  /** The transport protocol. */
  readonly protocol: Protocol
  /** The address family. */
  readonly family: Family
  /** Null for UDP. */
  readonly state: TcpState | null
  /** Null where there is no peer. */
  readonly direction: Direction | null
  /**
   * The local port where a socket of the table waits for peers on it with the same protocol: a
   * server's, to which its connections count. Null for other sockets, such as clients.
   */
  readonly listeningPort: number | null
  /** The oldest process that holds the socket; null where none is known. */
  readonly pid: number | null
  /** Null where there is no peer. A link-local address comes without its interface. */
  readonly remoteAddress: string | null
}

/** How many sockets have this in common. */
export type SocketCount<By extends CountBy> = Pick<CountKeys, By> & { readonly count: number }

/** How many sockets there are, by what was asked for. */
export interface SocketCounts<By extends CountBy> extends TableReport {
  /** How many there are in all. */
  readonly sockets: number
  /** Every process that `pid` of a count names, each once. */
  readonly processes: readonly SocketProcess[]
  /** One for each combination that occurs, in no order that means anything. */
  readonly counts: readonly SocketCount<By>[]
}
