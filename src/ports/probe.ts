/** Tries whether a bind would succeed, with the socket options that a Node server would set. */

import type { NativeFailure } from '../binding.ts'
import { binding } from '../binding.ts'
import { type SystemError, systemError } from '../errors.ts'
import { type Layout, bitsOf } from '../layout.ts'
import type { Family, Protocol } from '../types/index.ts'
import { parseIPv4, parseIPv6, splitZone } from './addresses.ts'
import { scopeOf } from './refusals.ts'

/** An option that a server may set on its socket. */
type BindOption = keyof Layout['bindOption']

/**
 * The options that Node sets by itself, and those that a server may ask for (libuv 1.49,
 * src/unix/tcp.c, udp.c and core.c): on Unix SO_REUSEADDR for TCP always, and for UDP with
 * `reuseAddr`, which is SO_REUSEPORT on macOS; on Windows SO_REUSEADDR for UDP with `reuseAddr`.
 */
function optionsOfNode({
  protocol,
  reuseAddr = false,
  reusePort = false,
}: BindRequest): BindOption[] {
  const { platform } = process
  const ofUdp: BindOption[] = [platform === 'darwin' ? 'reusePort' : 'reuseAddress']
  const ofTcp: BindOption[] = platform === 'win32' ? [] : ['reuseAddress']
  const reuse = protocol === 'tcp' ? ofTcp : reuseAddr ? ofUdp : []
  return reusePort && !reuse.includes('reusePort') ? [...reuse, 'reusePort'] : reuse
}

/** A bind to try. */
interface BindRequest {
  readonly protocol: Protocol
  readonly family: Family
  /** In text, with its zone where it is link-local. */
  readonly address: string
  readonly port: number
  readonly ipv6Only: boolean
  /** For UDP: the option of that name of Node's dgram sockets. */
  readonly reuseAddr?: boolean
  readonly reusePort?: boolean
}

/** The error of a bind. */
export interface Refusal {
  /** Node's name of the error, such as `EADDRINUSE`. */
  readonly code: string
  /** The system call that failed: `bind`, or `socket` where none could be made. */
  readonly syscall: string
  /** The error in words. */
  readonly message: string
}

export function refusalOf({ code, syscall, message }: SystemError): Refusal {
  return { code, syscall, message }
}

/** The error of a bind. Throws those that say nothing about the port, such as `EMFILE`. */
function errorOf(failure: NativeFailure): SystemError {
  const error = systemError(failure)
  if (scopeOf(error) === 'process') throw error
  return error
}

function attempt(request: BindRequest, options: readonly BindOption[]): SystemError | null {
  const addon = binding()
  const { layout } = addon
  const [address, zone] = splitZone(request.address)
  const bytes = request.family === 'IPv6' ? parseIPv6(address) : parseIPv4(address)
  const encoded = new Uint32Array(layout.bind.size)
  encoded[layout.bind.protocol] = layout.protocol[request.protocol]
  encoded[layout.bind.family] = layout.family[request.family]
  encoded[layout.bind.options] = bitsOf(
    layout.bindOption,
    request.ipv6Only ? [...options, 'v6Only'] : options,
  )
  encoded[layout.bind.port] = request.port
  encoded[layout.bind.scope] = zone === null ? 0 : addon.interfaceIndex(zone)
  new Uint8Array(encoded.buffer).set(bytes, layout.bind.address * encoded.BYTES_PER_ELEMENT)
  const failure = addon.tryBind(encoded)
  return failure === null ? null : errorOf(failure)
}

/**
 * Null where a Node server could bind there now.
 *
 * @throws The errors that say nothing about the port or address (refusals.ts).
 */
export function bindAsNode(request: BindRequest): SystemError | null {
  return attempt(request, optionsOfNode(request))
}

/** `bindAsNode` with a plain object for the error. */
export function tryBind(request: BindRequest): Refusal | null {
  const error = bindAsNode(request)
  return error === null ? null : refusalOf(error)
}

/** Null where no socket has the port, not even one that would share it. */
export function bindAlone(request: BindRequest): SystemError | null {
  return attempt(request, process.platform === 'win32' ? ['exclusive'] : [])
}

/** A reservation that lasts until it is closed. */
export interface OpenReservation {
  close(): void
}

const isUnsupported = ({ reason }: NativeFailure) => reason === 'unsupported'

/**
 * Reserves a TCP port with a socket of this process; null where the system does not support that.
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
 * Reserves a TCP port with a connection in TIME_WAIT, which outlives this process. True on success,
 * null where the system does not support that.
 *
 * @throws As `bindAsNode`; the errors of a connection over loopback.
 */
export async function reserveByTimeWait(port: number): Promise<true | SystemError | null> {
  const failure = await new Promise<NativeFailure | null>((resolve) => {
    binding().reservePortByTimeWait(port, (_, error) => {
      resolve(error)
    })
  })
  if (failure === null) return true
  return isUnsupported(failure) ? null : errorOf(failure)
}
