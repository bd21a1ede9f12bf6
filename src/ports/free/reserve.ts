/** Reserves ports for processes that will bind them by themselves. */

import type { SystemError } from '../../errors.ts'
import type { Abortable } from '../../types.ts'
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

/** What `reservePort` takes. */
export interface ReserveOptions extends FreeOptions {
  /**
   * Whether the reservation outlives this process: it lasts for a minute then (macOS: half a minute)
   * and can't be given back. Default: false, until it is closed or this process ends.
   */
  readonly outlive?: boolean
}

/** A port that is kept for a process that will bind it by itself. */
export interface ReservedPort {
  readonly port: number
  /**
   * Whether the system keeps it. False once it is closed, and from the start on Windows and for UDP: it
   * was free, and that is all.
   */
  readonly held: boolean
  /**
   * Until when, in milliseconds since 1970. Null where it lasts until it is closed, and where it is
   * not held.
   */
  readonly heldUntil: number | null
  /**
   * Gives the port back; a server that has bound it keeps it. More than once is as good as once. A
   * reservation with `heldUntil` can't be given back: it ends then, and this does nothing.
   */
  close(): void
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>
}

// For how long a closed connection lingers: TCP_TIMEWAIT_LEN in Linux's include/net/tcp.h, and twice
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

async function reserveForAWhile({ targets, signal }: Search, port: number): Promise<Attempt> {
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
  // A port that a client or TIME_WAIT has can't be reserved, though a server could bind it.
  const refusal = refusedAlone(targets, port)
  if (refusal !== null) return refusal
  const socket: OpenReservation | SystemError | null = outlive ? null : reserveBySocket(port)
  if (socket === null) return reserveForAWhile(search, port)
  return 'close' in socket ? new Reservation(port, null, socket) : refusalOf(socket)
}

/**
 * Reserves a TCP port for a process that will bind it by itself, such as a child that gets the number
 * in its environment.
 *
 * Linux: a socket of this process is bound to the port at all addresses, and never listens. As long
 * as it does, the kernel gives the port to no bind to port 0 and to no outgoing connection, and
 * refuses every bind without SO_REUSEADDR; a server that sets it, as Node does, binds exactly this
 * number and listens (net/ipv4/inet_connection_sock.c). It lasts until `close()`, `using` or the end
 * of this thread or process, whichever comes first, and keeps no event loop alive.
 *
 * With `outlive` a connection in TIME_WAIT does the same for a minute: no socket stays open, no
 * process has to stay, and it can't be given back earlier. It is one of 127.0.0.1, so that a bind
 * without SO_REUSEADDR is refused there and on all addresses at once, not on another one. macOS knows this way alone, for half a
 * minute, where two binds that are tried show that the port is held.
 *
 * All who reserve ports, in whatever process, get different ones, and `findFreePort` passes over them
 * (reservations of other processes: on Linux from 6.8 on, which shows sockets that are bound alone,
 * always; before, while no connection with that port is left). A program that binds exactly this
 * number with SO_REUSEADDR is not kept from it.
 *
 * Windows, and UDP everywhere: no such thing is offered. The port was free when it was looked at,
 * `held` is false and there is nothing to give back.
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
