/** IP addresses: their spellings, and which of them conflict over one port. Pure. */

import { isIPv4, isIPv6 } from 'node:net'
import { formatIPv6 } from '../table/address.ts'
import type { Family } from '../types/index.ts'

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

/** True for an IP address in text, with or without a zone. */
export const isAddress = (text: string): boolean => isIPv4(text) || isIPv6(text)

/** The address without its zone, and the zone: the interface that a link-local address belongs to. */
export function splitZone(address: string): readonly [address: string, zone: string | null] {
  const at = address.indexOf('%')
  return at < 0 ? [address, null] : [address.slice(0, at), address.slice(at + 1)]
}

/** An address as rows of the table have it (RFC 5952), with its zone. */
export function canonicalAddress(text: string): string {
  const [address, zone] = splitZone(text)
  if (isIPv4(address)) return address
  const view = new DataView(parseIPv6(address).buffer)
  const word = (index: number) => view.getUint32(index * 4)
  const spelled = formatIPv6([word(0), word(1), word(2), word(3)])
  return zone === null ? spelled : `${spelled}%${zone}`
}

/** An address that a socket is bound to, in canonical text. */
interface BoundAddress {
  readonly family: Family
  readonly address: string
  /** Matters for `::` only: whether it covers IPv4 too. */
  readonly dualStack: boolean
}

/** True for fe80::/10, whose addresses are per interface. */
export const isLinkLocal = (address: string): boolean => /^fe[89ab][0-9a-f]:/.test(address)

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/

/** The IPv4 address that it covers, `any` for all of them, null for none. */
function inIPv4({ family, address, dualStack }: BoundAddress): string | null {
  if (family === 'IPv4') return address === '0.0.0.0' ? 'any' : address
  if (address === '::') return dualStack ? 'any' : null
  const mapped = MAPPED.exec(address)?.[1]
  return mapped === '0.0.0.0' ? 'any' : (mapped ?? null)
}

function inIPv6({ family, address }: BoundAddress): string | null {
  if (family === 'IPv4' || MAPPED.test(address)) return null
  return address === '::' ? 'any' : address
}

/** Whether two addresses are equal; for link-local ones where both name an interface, in that too. */
function isSame(a: string, b: string): boolean {
  const [one, zone] = splitZone(a)
  const [other, otherZone] = splitZone(b)
  if (one !== other || !isLinkLocal(one)) return one === other
  return zone === null || otherZone === null || zone === otherZone
}

const meet = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && (a === 'any' || b === 'any' || isSame(a, b))

/** Whether two sockets with one port conflict: a wildcard covers all addresses of its family. */
export function overlap(a: BoundAddress, b: BoundAddress): boolean {
  return meet(inIPv4(a), inIPv4(b)) || meet(inIPv6(a), inIPv6(b))
}
