/** Tries whether a bind would succeed, with the socket options that a Node server would set. */

import { isIPv4, isIPv6 } from 'node:net'
import type { NativeFailure } from '../binding.ts'
import { binding } from '../binding.ts'
import { systemError } from '../errors.ts'
import type { Family, Protocol } from '../types.ts'
import { parseIPv4, parseIPv6 } from './addresses.ts'

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

function refusalOf(failure: NativeFailure): Refusal {
  const { code, syscall, message } = systemError(failure)
  return { code, syscall, message }
}

function attempt(place: Place, options: number): Refusal | null {
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
  return failure === null ? null : refusalOf(failure)
}

/**
 * Null where a Node server could bind there now. On Unix Node sets SO_REUSEADDR for TCP and nothing
 * for UDP (libuv, src/unix/tcp.c and udp.c); on Windows nothing for either.
 */
export function tryBind(place: Place): Refusal | null {
  const reuse = process.platform !== 'win32' && place.protocol === 'tcp'
  return attempt(place, reuse ? REUSE_ADDRESS : 0)
}

/** Null where nobody at all has the port: also nobody who would share it. */
export function tryBindAlone(place: Place): Refusal | null {
  return attempt(place, process.platform === 'win32' ? EXCLUSIVE : 0)
}

/** Null where the system keeps this TCP port from now on for whoever binds it by its number. */
export function tryHold(port: number): Refusal | null {
  const held = binding().holdPort(port)
  return typeof held === 'number' ? null : refusalOf(held)
}

/** True for an IP address in text. */
export const isAddress = (text: string): boolean => isIPv4(text) || isIPv6(text)
