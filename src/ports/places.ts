/** Where a port is asked about: the protocol, the addresses and what follows from them. */

import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { invalidValue } from '../errors.ts'
import type { Family, Protocol, SocketRow } from '../types.ts'
import { canonicalAddress, isAddress, overlap } from './addresses.ts'
import { tryBind } from './probe.ts'
import { type OptionValues, checkFlag, checkHost, checkOption, checkProtocol } from '../validate.ts'

/** What the questions about a place take. */
export interface PlaceOptions {
  /** Default: `tcp`. */
  readonly protocol?: Protocol
  /**
   * The address that a server would bind, in any spelling and with its zone where it is link-local, or
   * a name, which stands for all the addresses that it has. Default: as for a Node server, `::` with
   * IPv4, or `0.0.0.0` where the system has no IPv6.
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
  /** In the spelling of RFC 5952. */
  readonly address: string
  readonly ipv6Only: boolean
}

/** One or more: a name may have several addresses. The first is the one that Node would bind. */
export type Sites = readonly [Site, ...Site[]]

/** Node listens on `::` and, where that can't be, on 0.0.0.0 (lib/net.js, setupListenHandle). */
export function defaultHost(protocol: Protocol): string {
  const place = { protocol, family: 'IPv6', address: '::', ipv6Only: false, port: 0 } as const
  const refusal = tryBind(place)
  return refusal === null ? '::' : '0.0.0.0'
}

function siteOf(values: OptionValues, address: string): Site {
  const protocol = checkOption(values, 'protocol', checkProtocol, 'tcp')
  const ipv6Only = checkOption(values, 'ipv6Only', checkFlag, false)
  const family = isIPv6(address) ? 'IPv6' : 'IPv4'
  return { protocol, family, address: canonicalAddress(address), ipv6Only }
}

/** What every system has for this name, whatever its list of hosts says (RFC 6761, section 6.3). */
const LOOPBACKS = ['127.0.0.1', '::1'] as const
const isLocalhost = (name: string): boolean => /^(.+\.)?localhost\.?$/i.test(name)

/** Those that are addresses of this machine; all where none is, since that is the answer then. */
function ownOf(sites: readonly Site[]): Sites {
  const own = sites.filter((at) => {
    const code = tryBind({ ...at, port: 0 })?.code
    return code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT'
  })
  return (own.length > 0 ? own : sites) as Sites
}

function allOf(values: OptionValues, addresses: readonly string[]): Sites {
  const sites = addresses.map((address) => siteOf(values, address))
  const distinct = new Map(sites.map((at) => [at.address, at]))
  return ownOf([...distinct.values()])
}

/** The sites for options that name an address: other names take a look-up, which is asynchronous. */
export function sitesSync(values: OptionValues): Sites {
  const { protocol } = siteOf(values, '::') // throws before anything is tried
  if (values['host'] === undefined) return [siteOf(values, defaultHost(protocol))]
  const host = checkHost('options.host', values['host'])
  if (isAddress(host)) return [siteOf(values, host)]
  if (isLocalhost(host)) return allOf(values, LOOPBACKS)
  throw invalidValue('options.host', 'an IP address: a blocking call looks no names up', host)
}

/**
 * The sites for options that may name a host, in the order of the look-up. A name that stands for
 * nothing is an `ENOTFOUND`.
 */
export async function sites(values: OptionValues): Promise<Sites> {
  if (values['host'] === undefined) return sitesSync(values)
  const host = checkHost('options.host', values['host'])
  if (isAddress(host)) return sitesSync(values)
  siteOf(values, '::') // throws before anything is looked up
  const local = isLocalhost(host)
  const found = await lookup(host, { all: true, verbatim: true }).catch((error: unknown) => {
    if (local) return []
    throw error
  })
  const addresses = found.map(({ address }) => address)
  return allOf(values, local ? [...addresses, ...LOOPBACKS] : addresses)
}

/** Whether a socket at the same port has it at this site. */
export function meets(
  { family, localAddress, dualStack }: SocketRow,
  { family: ownFamily, address, ipv6Only }: Pick<Site, 'family' | 'address' | 'ipv6Only'>,
): boolean {
  // Where the system does not tell, the wider answer names one holder too many rather than none.
  const extent = { family, address: localAddress, dualStack: dualStack ?? true }
  return overlap(extent, { family: ownFamily, address, dualStack: !ipv6Only })
}

/** Whether a socket at the same port has it at one of these sites. */
export const meetsAny = (row: SocketRow, all: readonly Site[]): boolean =>
  all.some((at) => meets(row, at))
