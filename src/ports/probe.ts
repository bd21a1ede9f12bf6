/** Tries whether a bind would succeed, with the socket options that a Node server would set. */

import type { NativeFailure } from '../binding.ts'
import { binding } from '../binding.ts'
import { type SystemError, systemError } from '../errors.ts'
import type { Family, Protocol } from '../types/index.ts'
import { parseIPv4, parseIPv6, splitZone } from './addresses.ts'
import { scopeOf } from './refusals.ts'

const V6_ONLY = 1
const REUSE_ADDRESS = 2
const REUSE_PORT = 4
const EXCLUSIVE = 8

/**
 * The options that Node sets by itself, and those that a server may ask for (libuv 1.49,
 * src/unix/tcp.c, udp.c and core.c): on Unix SO_REUSEADDR for TCP always, and for UDP with
 * `reuseAddr`, which is SO_REUSEPORT on macOS; on Windows SO_REUSEADDR for UDP with `reuseAddr`.
 */
function optionsOfNode({ protocol, reuseAddr = false, reusePort = false }: Place): number {
  const { platform } = process
  const ofUdp = platform === 'darwin' ? REUSE_PORT : REUSE_ADDRESS
  const ofTcp = platform === 'win32' ? 0 : REUSE_ADDRESS
  const reuse = protocol === 'tcp' ? ofTcp : reuseAddr ? ofUdp : 0
  return reuse | (reusePort ? REUSE_PORT : 0)
}

/** Where a socket is to be bound. */
export interface Place {
  readonly protocol: Protocol
  readonly family: Family
  /** An address in text, with a scope where it is link-local. */
  readonly address: string
  readonly port: number
  readonly ipv6Only: boolean
  /** For UDP: what Node's dgram sockets set with the option of that name. */
  readonly reuseAddr?: boolean
  readonly reusePort?: boolean
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
  const [address, zone] = splitZone(place.address)
  const ipv6 = place.family === 'IPv6'
  const bytes = ipv6 ? parseIPv6(address) : parseIPv4(address)
  const words = new Uint32Array(9)
  words[0] = place.protocol === 'tcp' ? 0 : 1
  words[1] = ipv6 ? 1 : 0
  words[2] = options | (place.ipv6Only ? V6_ONLY : 0)
  words[3] = place.port
  words[4] = zone === null ? 0 : binding().interfaceIndex(zone)
  new Uint8Array(words.buffer).set(bytes, 5 * 4)
  const failure = binding().tryBind(words)
  return failure === null ? null : errorOf(failure)
}

/**
 * Null where a Node server could bind there now.
 *
 * @throws The errors that say nothing about the place (refusals.ts).
 */
export function bindAsNode(place: Place): SystemError | null {
  return attempt(place, optionsOfNode(place))
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
