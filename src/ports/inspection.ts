/** The public types of `inspectPort`. */

import type {
  Include,
  ListOptions,
  SocketProcess,
  SocketRow,
  SocketTable,
  TcpState,
} from '../types/index.ts'

/** Options of `inspectPort`. */
export interface InspectOptions<Included extends Include = Include> extends Pick<
  ListOptions<Included>,
  'protocol' | 'family' | 'include' | 'source'
> {
  /**
   * Only sockets that have the port at this address: bound to it, or to a wildcard that includes it.
   * A name stands for all its addresses; the blocking twin resolves none but `localhost`.
   *
   * @default any address
   */
  readonly host?: string
  /**
   * True: read only sockets that wait for peers, which stays fast on a port with many thousands of
   * connections. False: read only the others.
   *
   * @default both
   */
  readonly listening?: boolean
  /**
   * How far to look for the owners of every socket that is read. By default only sockets that wait
   * for peers are looked up, until each has a holder (`'first'`), so that the connections of a busy
   * server cost no lookup; their rows have the reason `not-asked`. Ask for `'all'` before acting on
   * every holder.
   *
   * @default 'first', of the sockets that wait for peers
   */
  readonly owners?: ListOptions['owners']
}

/** A process with sockets that wait for peers on a port. */
export interface PortOwner<Included extends Include = never> extends SocketProcess {
  /** Its sockets on the port. */
  readonly sockets: readonly SocketRow<Included | 'details'>[]
}

/** What the socket table shows of one port. */
export interface PortInspection<Included extends Include = never> {
  /** The port. */
  readonly port: number
  /** Whether any socket has it as its local port, in whatever state. */
  readonly inUse: boolean
  /** Whether a TCP socket listens on it or, for UDP, a server's unconnected socket is bound to it. */
  readonly listening: boolean
  /** The states of the TCP sockets on it, each once, in the order of `TCP_STATES`. */
  readonly states: readonly TcpState[]
  /**
   * The processes that listen on it, never its clients; the oldest first for each socket. Empty where
   * nothing listens or no owner is known.
   */
  readonly owners: readonly PortOwner<Included>[]
  /** The sockets that listen on it and whose owner is not known; `ownerUnknown` has the reason. */
  readonly unknown: readonly SocketRow<Included | 'details'>[]
  /** The sockets on it, with their addresses and details: a port is taken per address. */
  readonly table: SocketTable<Included | 'details'>
}
