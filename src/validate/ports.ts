/** Checks of ports, and of where they are: protocol, address family and host. */

import { invalidType, invalidValue, isRevoked, outOfRange } from '../errors.ts'
import type { Family, PortFilter, Protocol } from '../types/index.ts'
import { FAMILIES, PROTOCOLS } from '../types/index.ts'
import { checkList, isList } from './lists.ts'
import { checkInteger, checkOneOf } from './values.ts'

/** How many ports or ranges of ports one query takes. */
export const MOST_PORT_RANGES = 1024

/** Ports from one to another, both included. */
export interface PortRange {
  readonly from: number
  readonly to: number
}

/** Checks that a port is a whole number from 0 to 65535. */
export function checkPort(name: string, value: unknown): number {
  return checkInteger(name, value, 0, 65_535)
}

/** `checkPort` without 0, which stands for any port. */
export function checkPortNumber(name: string, value: unknown): number {
  return checkInteger(name, value, 1, 65_535)
}

// One of them alone is a range of which the other is missing, which the error says then.
const hasRange = (value: object): boolean => 'from' in value || 'to' in value

/** Checks a port or a range of ports. */
export function checkPortFilter(name: string, value: unknown): PortRange {
  if (typeof value === 'number') {
    const port = checkPort(name, value)
    return { from: port, to: port }
  }
  if (typeof value !== 'object' || value === null || isRevoked(value) || !hasRange(value)) {
    throw invalidType(name, 'a port or an object { from, to }', value)
  }
  const range = value as Partial<Exclude<PortFilter, number>>
  const from = checkPort(`${name}.from`, range.from)
  const to = checkPort(`${name}.to`, range.to)
  if (from > to) throw outOfRange(`${name}.to`, `at least "${name}.from", which is ${from}`, to)
  return { from, to }
}

/** `checkPortFilter` without port 0. */
export function checkPortRange(name: string, value: unknown): PortRange {
  const range = checkPortFilter(name, value)
  if (range.from === 0) throw outOfRange(name, 'a port from 1 to 65535', 0)
  return range
}

/** Checks a port or a list of them, none of which is 0; each is in the result once. */
export function checkPortNumbers(value: unknown): number[] {
  return [...new Set(checkList(isList(value) ? 'ports' : 'port', value, checkPortNumber))]
}

export function checkProtocol(name: string, value: unknown): Protocol {
  return checkOneOf(name, value, PROTOCOLS)
}

/** Checks an address family: 4 and 6 are accepted too, as by `net` and `dns`. */
export function checkFamily(name: string, value: unknown): Family {
  if (value === 4) return 'IPv4'
  if (value === 6) return 'IPv6'
  if (typeof value === 'number') throw invalidValue(name, 'one of IPv4, IPv6, 4, 6', value)
  return checkOneOf(name, value, FAMILIES)
}

/** Checks the text of an address or a name; brackets as in a URL are removed. */
export function checkHost(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  const host = value.replace(/^\[(.*)\]$/, '$1')
  if (host === '') throw invalidValue(name, 'an address or a name', value)
  return host
}
