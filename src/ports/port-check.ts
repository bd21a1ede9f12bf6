/** The public types of checks of ports. */

import type { Family, Protocol, SocketRow } from '../types/index.ts'
import type { BindTargetOptions } from './bind-targets.ts'
import type { PortObstacle } from './obstacles.ts'
import type { Unreadable } from './port-table.ts'
import type { Refusal } from './probe.ts'

/** Whether a port can be bound, and what is in the way. */
export interface PortCheck {
  /** The port that was checked. */
  readonly port: number
  /** The protocol that was checked. */
  readonly protocol: Protocol
  /** The address family of `host`. */
  readonly family: Family
  /** The address that was checked; of a name the first that cannot be bound, else the first. */
  readonly host: string
  /** Whether a Node server could bind it now, by the bind that was tried. */
  readonly free: boolean
  /** The error of that bind; null where it succeeded. */
  readonly refusal: Refusal | null
  /** What is in the way, the most important first; empty where the port is free. */
  readonly obstacles: readonly PortObstacle[]
  /** Sockets that listen or are bound there: at the same address, or at a wildcard of either side. */
  readonly holders: readonly SocketRow<'details'>[]
  /** Other sockets with that local port there: connections, also in TIME_WAIT. */
  readonly connections: readonly SocketRow<'details'>[]
  /** Sockets with the same port at addresses that do not conflict with this one. */
  readonly elsewhere: readonly SocketRow<'details'>[]
  /** Whether the system assigns it to sockets that ask for any port. */
  readonly ephemeral: boolean
  /** Whether the system never assigns it by itself although it is in that range (Linux). */
  readonly reserved: boolean
  /** Whether binding it needs a privilege that this process lacks. */
  readonly privileged: boolean
  /** Why the table and the bind that was tried differ; null where they agree. */
  readonly disagreement: string | null
  /**
   * What could not be read, so that the bind alone decides: `owners` (the rows have no PIDs: no /proc)
   * or `sockets` (there are no rows: neither sock_diag nor /proc/net); null where everything was read.
   */
  readonly unreadable: Unreadable | null
}

/** Options of a server that shares its port, named as in Node. */
export interface ShareOptions {
  /**
   * For UDP: `reuseAddr` of `dgram.createSocket`, as for multicast DNS on port 5353. Node's TCP servers
   * always set it on Unix, and never on Windows.
   *
   * @default false
   */
  readonly reuseAddr?: boolean
  /**
   * `reusePort` of `server.listen` and `dgram.createSocket`, which lets several servers of one user
   * share a port (Linux, Node.js 22.12 and later).
   *
   * @default false
   */
  readonly reusePort?: boolean
  /**
   * `exclusive` of `server.listen`, which keeps the workers of a cluster from sharing a server. It is
   * accepted, and changes nothing here.
   *
   * @default false
   */
  readonly exclusive?: boolean
}

/** Options of `checkPort`, `checkPorts` and `explainPort`. */
export interface CheckOptions extends BindTargetOptions, ShareOptions {}
