/** Which ports are reserved: by this thread, or by other processes as the socket table shows. */

import type { SocketRow } from '../../types/index.ts'

/**
 * The remote address of a connection in TIME_WAIT that reserves a port (S, K, T in ASCII), as in
 * native/posix/port_reservation.cc.
 */
const RESERVER = /^(::ffff:)?127\.83\.75\.84$/

/** Ports that this thread reserved, with the end of each reservation in milliseconds since 1970. */
const reservedHere = new Map<number, number>()

export function noteReserved(port: number, until: number): void {
  reservedHere.set(port, until)
}

export function forgetReserved(port: number): void {
  reservedHere.delete(port)
}

export function isReservedHere(port: number): boolean {
  const until = reservedHere.get(port)
  if (until === undefined) return false
  if (until > Date.now()) return true
  reservedHere.delete(port)
  return false
}

/**
 * Whether a connection in TIME_WAIT was made to reserve its port, which it does at all addresses,
 * whatever its own is.
 */
export function isLeftToReserve({ state, remoteAddress }: SocketRow): boolean {
  return state === 'TIME_WAIT' && remoteAddress !== null && RESERVER.test(remoteAddress)
}
