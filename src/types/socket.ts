/** One socket, as a row of a table. */

import type { Include } from './options.ts'
import type { Direction, OwnerUnknown, Protocol, TcpState } from './values.ts'

/** What every socket has, and who holds it. */
export interface SocketFields {
  /**
   * Identifies this socket in every answer, for as long as it lives. Opaque: compare it and pass it back,
   * nothing else.
   * Linux: from the cookie that the kernel gives each socket (net/core/sock_diag.c), which no other
   * socket gets until the host restarts; macOS: likewise from `inp_gencnt`. Where there is no such
   * number, it consists of the protocol, the addresses and what else the source knows: from `procfs` the
   * inode of a socket without a peer, on Windows the time of creation. Such an id may be used again by a
   * later socket at the same addresses. A connection that is not established yet (SYN_RECEIVED) may get
   * another id when it is: Linux assigns a request's cookie when it is first read.
   */
  readonly id: string
  /** Its transport protocol. */
  readonly protocol: Protocol
  /**
   * RFC 5952 text as Node prints it: an IPv4 peer of an IPv6 socket is `::ffff:192.0.2.1`, a
   * link-local address carries its interface, by name (`fe80::1%eth0`) or, on Windows, by number
   * (`fe80::1%12`). `0.0.0.0` and `::` are wildcards.
   * Linux: `procfs` does not name interfaces, so link-local addresses come without.
   */
  readonly localAddress: string
  /** From 0 to 65535; 0 where no port is bound yet. */
  readonly localPort: number
  /**
   * Null where there is no peer: a listening or bound TCP socket, an unconnected UDP socket. Windows
   * shows no peer of any UDP socket.
   */
  readonly remoteAddress: string | null
  /** Null where `remoteAddress` is. */
  readonly remotePort: number | null
  /** Null for UDP, and for a TCP state that this version does not know. */
  readonly state: TcpState | null
  /**
   * Which end opened the connection: `in` where a socket of this network namespace waits for peers at
   * its local address and port, and `out` else. Null where there is no peer. A watcher keeps the
   * direction of a connection whose listener has closed since.
   */
  readonly direction: Direction | null
  /** The oldest process that holds the socket; null where it is not known: see `ownerUnknown`. */
  readonly pid: number | null
  /** All processes that hold the socket, oldest first; empty where none is known. */
  readonly pids: readonly number[]
  /** The lowest descriptor number that `pid` holds the socket with. Windows: null. */
  readonly fd: number | null
  /** The same for each of `pids`. Windows: empty. */
  readonly fds: readonly number[]
  /**
   * The name of `pid`, where `include` has `'names'`; null where it is not known. macOS: that of its
   * program, cut at 32 bytes.
   */
  readonly processName: string | null
  /** Why `pid` is null; null where it is not. */
  readonly ownerUnknown: OwnerUnknown | null
}

/** What a row has as well where `include` has `'details'`. */
export interface SocketDetails {
  /**
   * The user that the socket belongs to. Linux: null where the kernel gives no inode, since it then
   * reports user 0 for any user's. macOS: from `pcblist` alone. Windows: null.
   */
  readonly uid: number | null
  /** The socket's number in the kernel (Linux). Null where the kernel gives none, as in TIME_WAIT. */
  readonly inode: number | null
  /**
   * The network interface that the socket is bound to or that its link-local address belongs to; the
   * number where it has no name any more. Null where there is none, and from `procfs`. Windows and
   * macOS: for link-local addresses alone, with the name that `os.networkInterfaces()` uses.
   */
  readonly interface: string | null
  /**
   * Bytes that wait to be read; for a listener, connections that wait to be accepted. Windows: null.
   */
  readonly receiveQueue: number | null
  /** Bytes that the peer has not acknowledged; 0 for a listener. Windows: null. */
  readonly sendQueue: number | null
  /** How many connections a listener lets wait. Null for others, and from `procfs`. */
  readonly backlog: number | null
  /**
   * For an IPv6 socket that listens or is unconnected: whether it takes IPv4 as well, which it does
   * on the wildcard `::` unless IPV6_V6ONLY is set. Null for others, and from `procfs`. Windows: null;
   * there a socket that takes both has a row of its own in each family.
   */
  readonly dualStack: boolean | null
  /**
   * When the socket was bound or connected, in milliseconds since 1970 (Windows); null where it is
   * not known. A process that started later holds it under a reused PID.
   */
  readonly createdAt: number | null
  /**
   * The process that used a socket last whose owner is not known (macOS, from `pcblist`:
   * so_last_pid). A hint for people: that process may have handed the socket on or have ended, and
   * its number may be another's by now. Never end a process for it.
   */
  readonly lastPid: number | null
}

/** What a row has as well where `include` has `'service'`. */
export interface SocketService {
  /**
   * The Windows service that the socket belongs to, of the several that one svchost.exe may run. Null
   * for other processes' sockets, and on other systems.
   */
  readonly service: string | null
}

/** The fields that the words of `include` add. */
export type IncludedFields<Included extends Include> = ('details' extends Included
  ? SocketDetails
  : unknown) &
  ('service' extends Included ? SocketService : unknown)

/** A row with an IPv4 socket. */
export type IPv4Socket<Included extends Include = never> = SocketFields &
  IncludedFields<Included> & { readonly family: 'IPv4' }
/** A row with an IPv6 socket, which may take IPv4 as well: see `dualStack`. */
export type IPv6Socket<Included extends Include = never> = SocketFields &
  IncludedFields<Included> & { readonly family: 'IPv6' }

/**
 * One socket: a union discriminated by `family`. A plain object: it survives JSON, `structuredClone` and deep
 * comparison. All rows of one answer have the same fields.
 */
export type SocketRow<Included extends Include = never> =
  IPv4Socket<Included> | IPv6Socket<Included>
