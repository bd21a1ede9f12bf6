/** Reserves ports for other processes to bind. */

import type { SystemError } from '../../errors.ts'
import type { Abortable } from '../../types/index.ts'
import {
  type OpenReservation,
  type Refusal,
  refusalOf,
  reserveBySocket,
  reserveByTimeWait,
} from '../probe.ts'
import { refusalAt, refusedAlone } from './available.ts'
import { type FreeOptions, prepare } from './options.ts'
import { forgetReserved, noteReserved } from './reserved.ts'
import type { Search } from './search.ts'
import { checkFlag } from '../../validate.ts'

/** Options of `reservePort`. */
export interface ReserveOptions extends FreeOptions {
  /**
   * Whether the reservation outlives this process: it then lasts for a minute (macOS: half a minute)
   * and cannot be released.
   *
   * @default false: it lasts until it is closed or this process ends
   */
  readonly outlive?: boolean
}

/** A port that is kept for another process to bind. */
export interface ReservedPort {
  /** The reserved port. */
  readonly port: number
  /**
   * Whether the system keeps it. False once it is closed, and from the start on Windows and for UDP,
   * where the port was free and no more.
   */
  readonly held: boolean
  /**
   * When the reservation ends, in milliseconds since 1970. Null where it lasts until it is closed, and
   * where the port is not held.
   */
  readonly heldUntil: number | null
  /**
   * Releases the port; a server that has bound it keeps it. Further calls do nothing. A reservation
   * with `heldUntil` cannot be released: it ends then, and this does nothing.
   */
  close(): void
  /** `close`, for `using`. */
  [Symbol.dispose](): void
  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

// How long a closed connection remains: TCP_TIMEWAIT_LEN in Linux's include/net/tcp.h, and twice
// TCPTV_MSL in bsd/netinet/tcp_timer.h of xnu.
const TIME_WAIT_MILLISECONDS = process.platform === 'darwin' ? 30_000 : 60_000

class Reservation implements ReservedPort {
  /**
   * Keeps the reservations of this thread from garbage collection: `const { port } = await
   * reservePort()` reserves it as well.
   */
  static readonly #open = new Set<Reservation>()

  readonly port: number
  held: boolean
  readonly heldUntil: number | null
  readonly #socket: OpenReservation | null

  constructor(port: number, heldUntil: number | null, socket: OpenReservation | null) {
    this.port = port
    this.held = heldUntil !== null || socket !== null
    this.heldUntil = heldUntil
    this.#socket = socket
    if (this.held) noteReserved(port, heldUntil ?? Infinity)
    if (socket !== null) Reservation.#open.add(this)
  }

  close(): void {
    if (!Reservation.#open.delete(this)) return
    this.held = false
    forgetReserved(this.port)
    this.#socket?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }
}

type Attempt = Reservation | Refusal

async function reserveForTimeWait({ targets, signal }: Search, port: number): Promise<Attempt> {
  const outcome = await reserveByTimeWait(port)
  if (outcome === true) return new Reservation(port, Date.now() + TIME_WAIT_MILLISECONDS, null)
  if (outcome !== null) return refusalOf(outcome)
  return (await refusalAt(targets, port, signal)) ?? new Reservation(port, null, null)
}

async function reserve(search: Search, port: number, outlive: boolean): Promise<Attempt> {
  const { targets, signal, first } = search
  if (first.protocol === 'udp') {
    return (await refusalAt(targets, port, signal)) ?? new Reservation(port, null, null)
  }
  // A port of a client or in TIME_WAIT cannot be reserved, though a server could bind it.
  const refusal = refusedAlone(targets, port)
  if (refusal !== null) return refusal
  const socket: OpenReservation | SystemError | null = outlive ? null : reserveBySocket(port)
  if (socket === null) return reserveForTimeWait(search, port)
  return 'close' in socket ? new Reservation(port, null, socket) : refusalOf(socket)
}

/**
 * Reserves a TCP port for another process to bind, such as a child that gets the number in its
 * environment.
 *
 * Linux: a socket of this process is bound to the port at all addresses and never listens. While it is
 * open, the kernel assigns the port to no bind to port 0 and to no outgoing connection, and refuses
 * every bind without SO_REUSEADDR; a server that sets it, as Node does, can bind this number and listen
 * (net/ipv4/inet_connection_sock.c). The reservation lasts until `close()`, `using` or the end of this
 * thread or process, whichever comes first, and keeps no event loop alive.
 *
 * With `outlive` a connection in TIME_WAIT has the same effect for a minute: no socket stays open, no
 * process has to keep running, and it cannot be released earlier. Its address is 127.0.0.1, so a bind
 * without SO_REUSEADDR is refused there and on all addresses, but not on another single address. macOS
 * always uses this way, for half a minute, and two binds that are tried confirm that the port is held.
 *
 * Every caller of `reservePort`, in whatever process, gets a different port, and `findFreePort` skips
 * reserved ones (those of other processes: on Linux from 6.8 on, which shows sockets that are only
 * bound, always; before, while no connection with that port remains). A program that binds exactly this
 * number with SO_REUSEADDR is not prevented from it.
 *
 * Windows, and UDP everywhere: the system offers no reservation. The port was free, `held` is false and
 * there is nothing to release.
 *
 * @example
 * const reserved = await reservePort()
 * spawn('node', ['server.js'], { env: { ...process.env, PORT: String(reserved.port) } })
 *
 * @throws As `findFreePort`. With `outlive` the errors of a connection over loopback, such as
 *   `ENETUNREACH` where it is down.
 */
export async function reservePort(options?: ReserveOptions & Abortable): Promise<ReservedPort> {
  const search = await prepare(options, ['outlive'])
  const outlive = checkFlag('options.outlive', options?.outlive)
  for await (const port of search.each()) {
    const outcome = await reserve(search, port, outlive)
    if (outcome instanceof Reservation) return outcome
    search.note(outcome)
  }
  throw search.failure()
}
