/** What is known of a port. */

import type { Include } from './options.ts'
import type { SocketRow } from './socket.ts'
import type { SocketProcess, SocketTable } from './table.ts'
import type { TcpState } from './values.ts'

/** The state of a port in the socket table. */
export interface PortUsage {
  readonly port: number
  /** Whether any socket has it as its local port, in whatever state. */
  readonly inUse: boolean
  /** Whether a TCP socket listens on it or an unconnected UDP socket is bound to it. */
  readonly listening: boolean
  /** The states of the TCP sockets on it, each once, in the order of `TCP_STATES`. */
  readonly states: readonly TcpState[]
  /** The sockets on it, with their addresses: a port is taken per address, not as such. */
  readonly table: SocketTable<Include>
}

/** A process that holds a port. */
export interface PortOwner extends SocketProcess {
  /** Its sockets on the port. */
  readonly sockets: readonly SocketRow<Include>[]
}

/** Who listens on a port. */
export interface PortOwners {
  readonly port: number
  /** Oldest process first for each socket. Empty where nobody listens or the owner is not known. */
  readonly owners: readonly PortOwner[]
  /** Sockets that listen on the port and whose owner is not known; each says why. */
  readonly unknown: readonly SocketRow<Include>[]
  readonly table: SocketTable<Include>
}
