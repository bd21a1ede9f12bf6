/** Where a port is asked about: the protocol, the host and what follows from them. */

import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { invalidType, invalidValue } from '../errors.ts'
import { checkBoolean, checkOneOf } from '../table/options.ts'
import type { Family, Protocol } from '../types.ts'
import { PROTOCOLS } from '../types.ts'
import { isAddress, tryBind } from './probe.ts'

/** What the questions about a place take. */
export interface PlaceOptions {
  /** Default: `tcp`. */
  readonly protocol?: Protocol
  /**
   * The address that a server would bind, or a name that stands for one. Default: as for a Node
   * server, `::` with IPv4, or `0.0.0.0` where the system has no IPv6.
   */
  readonly host?: string
  /** Whether a server on an IPv6 wildcard would leave IPv4 alone. Default: false, as in Node. */
  readonly ipv6Only?: boolean
}

export const PLACE_OPTIONS = ['protocol', 'host', 'ipv6Only'] as const

/** A place without its port. */
export interface Site {
  readonly protocol: Protocol
  readonly family: Family
  readonly address: string
  readonly ipv6Only: boolean
}

type Values = Readonly<Record<string, unknown>>

/** Node listens on `::` and, where that can't be, on 0.0.0.0 (lib/net.js, setupListenHandle). */
export function defaultHost(protocol: Protocol): string {
  const place = { protocol, family: 'IPv6', address: '::', ipv6Only: false, port: 0 } as const
  const refusal = tryBind(place)
  return refusal === null ? '::' : '0.0.0.0'
}

function siteOf(values: Values, address: string): Site {
  const protocol =
    values['protocol'] === undefined
      ? 'tcp'
      : checkOneOf('options.protocol', values['protocol'], PROTOCOLS)
  const ipv6Only =
    values['ipv6Only'] === undefined ? false : checkBoolean('options.ipv6Only', values['ipv6Only'])
  return { protocol, family: isIPv6(address) ? 'IPv6' : 'IPv4', address, ipv6Only }
}

function checkHost(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw invalidType('options.host', 'of type string', value)
  if (value === '') throw invalidValue('options.host', 'an address or a name', value)
  // As in a URL.
  return value.replace(/^\[(.*)\]$/, '$1')
}

/** The site for options that name an address: names take a look-up, which is asynchronous. */
export function siteSync(values: Values): Site {
  const host = checkHost(values['host'])
  const site = siteOf(values, host ?? '::')
  if (host === undefined) return siteOf(values, defaultHost(site.protocol))
  if (isAddress(host)) return site
  if (host === 'localhost') return siteOf(values, '127.0.0.1')
  throw invalidValue('options.host', 'an IP address: a blocking call looks no names up', host)
}

/** The site for options that may name a host. A name that stands for nothing is an `ENOTFOUND`. */
export async function site(values: Values): Promise<Site> {
  const host = checkHost(values['host'])
  if (host === undefined || isAddress(host)) return siteSync(values)
  siteOf(values, '::') // throws before anything is looked up
  return siteOf(values, (await lookup(host)).address)
}
