/** Numbers of sockets. */

import type { CountBy } from './options.ts'
import type { SocketProcess, TableReport } from './table.ts'
import type { Direction, Family, Protocol, TcpState } from './values.ts'

/** The keys that sockets can be counted by. */
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
   * The local port, where a socket of the table waits for peers on it with the same protocol: this is a
   * server's port, and its connections count towards it. Null for other sockets, such as clients.
   */
  readonly listeningPort: number | null
  /** The oldest process that holds the socket; null where none is known. */
  readonly pid: number | null
  /** Null where there is no peer. A link-local address comes without its interface. */
  readonly remoteAddress: string | null
}

/** One combination of the keys, and how many sockets have it. */
export type SocketCount<By extends CountBy> = Pick<CountKeys, By> & { readonly count: number }

/** How many sockets there are for each combination of the keys. */
export interface SocketCounts<By extends CountBy> extends TableReport {
  /** How many there are in all. */
  readonly sockets: number
  /** Every process that `pid` of a count names, each once. */
  readonly processes: readonly SocketProcess[]
  /** One for each combination that occurs, in no particular order. */
  readonly counts: readonly SocketCount<By>[]
}
