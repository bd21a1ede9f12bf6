/** One socket, as a row of a table. */

import type { Include } from './options.ts'
import type { Direction, OwnerUnknown, Protocol, TcpState } from './values.ts'

/** What every socket has, and who holds it. */
export interface SocketFields {
  /**
   * Identifies this socket in every result, for as long as it lives. It is opaque: only compare it, or
   * pass it back.
   * Linux: from the cookie that the kernel gives each socket (net/core/sock_diag.c), which no other
   * socket gets until the host restarts; macOS: likewise from `inp_gencnt`. Where there is no such
   * number, it consists of the protocol, the addresses and whatever else the source has: with `procfs`
   * the inode of a socket without a peer, on Windows the time of creation. A later socket at the same
   * addresses may have such an id again. The id of a connection that is not established yet
   * (SYN_RECEIVED) may change once it is: Linux assigns a request's cookie when it is first read.
   */
  readonly id: string
  /** Its transport protocol. */
  readonly protocol: Protocol
  /**
   * The address in RFC 5952 form, as Node prints it: an IPv4 peer of an IPv6 socket is
   * `::ffff:192.0.2.1`, and a link-local address ends in its interface, by name (`fe80::1%eth0`) or, on
   * Windows, by number (`fe80::1%12`). `0.0.0.0` and `::` are wildcards.
   * Linux: `procfs` has no interfaces, so its link-local addresses end without one.
   */
  readonly localAddress: string
  /** From 0 to 65535; 0 where no port is bound yet. */
  readonly localPort: number
  /**
   * Null where there is no peer: a listening or bound TCP socket, an unconnected UDP socket. Windows
   * shows no peer of any UDP socket.
   */
  readonly remoteAddress: string | null
  /** From 0 to 65535; null where `remoteAddress` is null. */
  readonly remotePort: number | null
  /** Null for UDP, and for a TCP state that this version does not know. */
  readonly state: TcpState | null
  /**
   * Which end opened the connection: `in` where a socket of this network namespace waits for peers at
   * its local address and port, otherwise `out`. Null where there is no peer. A watcher keeps the
   * direction of a connection after its listener has closed.
   */
  readonly direction: Direction | null
  /** The oldest process that holds the socket; null where it is unknown: see `ownerUnknown`. */
  readonly pid: number | null
  /** All processes that hold the socket, oldest first; empty where none is known. */
  readonly pids: readonly number[]
  /** The lowest descriptor number under which `pid` holds the socket. Windows: null. */
  readonly fd: number | null
  /** The lowest descriptor number of each process in `pids`, in the same order. Windows: empty. */
  readonly fds: readonly number[]
  /**
   * The name of the process `pid`, if `include` has `'names'`; null where it is unknown. macOS: the name
   * of its program, truncated to 32 bytes.
   */
  readonly processName: string | null
  /** Why `pid` is null; null where it is known. */
  readonly ownerUnknown: OwnerUnknown | null
}

/** The fields that `include: 'details'` adds to a row. */
export interface SocketDetails {
  /**
   * The user that the socket belongs to. Linux: null where the kernel reports no inode, since it then
   * reports user 0, whoever the user is. macOS: only from `pcblist`. Windows: null.
   */
  readonly uid: number | null
  /** The socket's inode number (Linux). Null where the kernel reports none, as in TIME_WAIT. */
  readonly inode: number | null
  /**
   * The network interface that the socket is bound to or that its link-local address belongs to; the
   * interface's number if it no longer has a name. Null where there is none, and from `procfs`. Windows
   * and macOS: only for link-local addresses, with the name that `os.networkInterfaces()` uses.
   */
  readonly interface: string | null
  /**
   * Bytes that wait to be read; for a listener, connections that wait to be accepted. Windows: null.
   */
  readonly receiveQueue: number | null
  /** Bytes that the peer has not acknowledged; 0 for a listener. Windows: null. */
  readonly sendQueue: number | null
  /** How many connections may wait for a listener to accept them. Null for others, and from `procfs`. */
  readonly backlog: number | null
  /**
   * For an IPv6 socket that listens or is unconnected: whether it accepts IPv4 as well, which it does
   * on the wildcard `::` unless IPV6_V6ONLY is set. Null for others, and from `procfs`. Windows: null;
   * a socket that accepts both has one row in each family there.
   */
  readonly dualStack: boolean | null
  /**
   * When the socket was bound or connected, in milliseconds since 1970 (Windows); null where it is
   * unknown. A process that started later has the reused PID of an earlier one.
   */
  readonly createdAt: number | null
  /**
   * The process that last used a socket of unknown owner (macOS, from `pcblist`: so_last_pid). It is a
   * hint for people: that process may have passed the socket on or have ended, and its PID may be
   * reused by now. Never end a process because of it.
   */
  readonly lastPid: number | null
}

/** The field that `include: 'service'` adds to a row. */
export interface SocketService {
  /**
   * The Windows service that the socket belongs to, since one svchost.exe may run several. Null for
   * sockets of other processes, and on other systems.
   */
  readonly service: string | null
}

/** The fields that the values of `include` add. */
export type IncludedFields<Included extends Include> = ('details' extends Included
  ? SocketDetails
  : unknown) &
  ('service' extends Included ? SocketService : unknown)

/** A row with an IPv4 socket. */
export type IPv4Socket<Included extends Include = never> = SocketFields &
  IncludedFields<Included> & { readonly family: 'IPv4' }
/** A row with an IPv6 socket, which may accept IPv4 as well: see `dualStack`. */
export type IPv6Socket<Included extends Include = never> = SocketFields &
  IncludedFields<Included> & { readonly family: 'IPv6' }

/**
 * One socket: a union discriminated by `family`. It is a plain object, which JSON, `structuredClone` and
 * deep comparison handle. All rows of one result have the same fields.
 */
export type SocketRow<Included extends Include = never> =
  IPv4Socket<Included> | IPv6Socket<Included>
