/** Makes sock_diag replies byte by byte, in this machine's byte order as the kernel does. */

import { endianness } from 'node:os'

const LITTLE = endianness() === 'LE'
const SEQUENCE = 1

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  if (LITTLE) bytes.writeUInt16LE(value)
  else bytes.writeUInt16BE(value)
  return bytes
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  if (LITTLE) bytes.writeUInt32LE(value >>> 0)
  else bytes.writeUInt32BE(value >>> 0)
  return bytes
}

export interface MessageOptions {
  readonly type?: number
  readonly flags?: number
  readonly sequence?: number
  /** Said instead of the true length. */
  readonly length?: number
}

/** A netlink message with its padding. */
export function message(payload: Buffer, options: MessageOptions = {}): Buffer {
  const { type = 20, flags = 2, sequence = SEQUENCE, length = 16 + payload.length } = options
  const padding = Buffer.alloc(-payload.length & 3)
  const header = [u32(length), u16(type), u16(flags), u32(sequence), u32(0)]
  return Buffer.concat([...header, payload, padding])
}

export const DONE = message(u32(0), { type: 3 })

/** An attribute with its padding. */
export function attribute(type: number, value: Buffer, length = 4 + value.length): Buffer {
  return Buffer.concat([u16(length), u16(type), value, Buffer.alloc(-value.length & 3)])
}

export interface DiagOptions {
  readonly family?: number
  readonly state?: number
  readonly localPort?: number
  readonly cookie?: number
  readonly inode?: number
  readonly attributes?: readonly Buffer[]
}

/** A struct inet_diag_msg with its attributes. */
export function diag(options: DiagOptions = {}): Buffer {
  const { family = 2, state = 10, localPort = 80, cookie = 1, inode = 9, attributes = [] } = options
  const fixed = Buffer.alloc(72)
  fixed[0] = family
  fixed[1] = state
  fixed.writeUInt16BE(localPort, 4)
  fixed.set([127, 0, 0, 1], 8)
  u32(cookie).copy(fixed, 44)
  u32(inode).copy(fixed, 68)
  return Buffer.concat([fixed, ...attributes])
}

/** One or more buffers as recv() would fill them, framed for the replay program. */
export function frames(...buffers: readonly Buffer[]): Buffer {
  return Buffer.concat(
    buffers.flatMap((buffer) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(buffer.length)
      return [length, buffer]
    }),
  )
}
