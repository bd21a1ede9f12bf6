/** IP addresses as bytes, and which of them take a port from each other. */

import type { Family } from '../types.ts'

/** The four bytes of an IPv4 address that `net.isIPv4` accepts. */
export function parseIPv4(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number)
}

/** The sixteen bytes of an IPv6 address that `net.isIPv6` accepts, without its zone. */
export function parseIPv6(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = parseIPv4(dotted[2] as string)
    const tail = [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16)).join(':')
    return parseIPv6(`${dotted[1] as string}${tail}`)
  }
  const [head = '', tail] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array<string>(8 - before.length - after.length).fill('0')
  const all = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

/** What an address takes of the space in which ports are taken. */
export interface Extent {
  readonly family: Family
  readonly address: string
  /** For `::` alone: whether it takes IPv4 too. */
  readonly dualStack: boolean
}

export const isWildcard = (address: string): boolean => address === '::' || address === '0.0.0.0'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** The IPv4 address that an extent is, `any`, or null where it has no part in IPv4. */
function inIPv4({ family, address, dualStack }: Extent): string | null {
  if (family === 'IPv4') return address === '0.0.0.0' ? 'any' : address
  if (address === '::') return dualStack ? 'any' : null
  const mapped = MAPPED.exec(address)?.[1]
  return mapped === '0.0.0.0' ? 'any' : (mapped ?? null)
}

function inIPv6({ family, address }: Extent): string | null {
  if (family === 'IPv4' || MAPPED.test(address)) return null
  return address === '::' ? 'any' : address.toLowerCase()
}

const meet = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && (a === b || a === 'any' || b === 'any')

/** Whether one port at both is the same port: a wildcard takes all addresses of its family. */
export function overlap(a: Extent, b: Extent): boolean {
  return meet(inIPv4(a), inIPv4(b)) || meet(inIPv6(a), inIPv6(b))
}
