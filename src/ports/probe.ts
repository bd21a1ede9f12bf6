/** Tries whether a bind would succeed, with the socket options that a Node server would set. */

import { isIPv4, isIPv6 } from 'node:net'
import type { NativeFailure } from '../binding.ts'
import { binding } from '../binding.ts'
import { type SystemError, systemError } from '../errors.ts'
import type { Family, Protocol } from '../types.ts'
import { parseIPv4, parseIPv6 } from './addresses.ts'
import { scopeOf } from './refusals.ts'

const V6_ONLY = 1
const REUSE_ADDRESS = 2
const EXCLUSIVE = 8

/** Where a socket is to be bound. */
export interface Place {
  readonly protocol: Protocol
  readonly family: Family
  /** An address in text, with a scope where it is link-local. */
  readonly address: string
  readonly port: number
  readonly ipv6Only: boolean
}

/** Why a bind was refused. */
export interface Refusal {
  /** Node's name of the error, such as `EADDRINUSE`. */
  readonly code: string
  readonly syscall: string
  readonly message: string
}

export function refusalOf({ code, syscall, message }: SystemError): Refusal {
  return { code, syscall, message }
}

/** The error of a bind. What has nothing to do with the place, as too many open files, is thrown. */
function errorOf(failure: NativeFailure): SystemError {
  const error = systemError(failure)
  if (scopeOf(error) === 'process') throw error
  return error
}

function attempt(place: Place, options: number): SystemError | null {
  const [address, zone] = place.address.split('%')
  const ipv6 = place.family === 'IPv6'
  const bytes = ipv6 ? parseIPv6(address as string) : parseIPv4(address as string)
  const words = new Uint32Array(9)
  words[0] = place.protocol === 'tcp' ? 0 : 1
  words[1] = ipv6 ? 1 : 0
  words[2] = options | (place.ipv6Only ? V6_ONLY : 0)
  words[3] = place.port
  words[4] = zone === undefined ? 0 : Number(zone) || 0
  new Uint8Array(words.buffer).set(bytes, 5 * 4)
  const failure = binding().tryBind(words)
  return failure === null ? null : errorOf(failure)
}

/**
 * Null where a Node server could bind there now. On Unix Node sets SO_REUSEADDR for TCP and nothing
 * for UDP (libuv, src/unix/tcp.c and udp.c); on Windows nothing for either.
 *
 * @throws The errors that say nothing about the place (refusals.ts).
 */
export function bindAsNode(place: Place): SystemError | null {
  const reuse = process.platform !== 'win32' && place.protocol === 'tcp'
  return attempt(place, reuse ? REUSE_ADDRESS : 0)
}

/** `bindAsNode` as users see it. */
export function tryBind(place: Place): Refusal | null {
  const error = bindAsNode(place)
  return error === null ? null : refusalOf(error)
}

/** Null where no socket at all has the port: also none that would share it. */
export function bindAlone(place: Place): SystemError | null {
  return attempt(place, process.platform === 'win32' ? EXCLUSIVE : 0)
}

/** A port that is reserved until it is closed. */
export interface OpenReservation {
  close(): void
}

const isUnsupported = (failure: NativeFailure) => systemError(failure).code === 'ENOTSUP'

/**
 * Reserves a TCP port by a socket of this process; null where the system has no such way.
 *
 * @throws As `bindAsNode`.
 */
export function reserveBySocket(port: number): OpenReservation | SystemError | null {
  const answer = binding().reservePort(port)
  if ('failure' in answer) return isUnsupported(answer.failure) ? null : errorOf(answer.failure)
  const { reservation } = answer
  return {
    close: () => {
      binding().closeReservation(reservation)
    },
  }
}

/**
 * Reserves a TCP port by a connection in TIME_WAIT, which no process has to stay for. True where
 * that went well, null where the system has no such way.
 *
 * @throws As `bindAsNode`; the errors of a connection over loopback.
 */
export async function reserveByTimeWait(port: number): Promise<true | SystemError | null> {
  const failure = await new Promise<NativeFailure | null>((resolve) => {
    binding().reservePortByTimeWait(port, resolve)
  })
  if (failure === null) return true
  return isUnsupported(failure) ? null : errorOf(failure)
}

/** True for an IP address in text. */
export const isAddress = (text: string): boolean => isIPv4(text) || isIPv6(text)
