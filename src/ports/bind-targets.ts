/** Where a server would bind: its protocol and addresses, from options. */

import { lookup } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import { invalidValue } from '../errors.ts'
import type { Family, Protocol, SocketRow } from '../types/index.ts'
import { canonicalAddress, isAddress, overlap } from './addresses.ts'
import { tryBind } from './probe.ts'
import { type OptionValues, checkFlag, checkHost, checkOption, checkProtocol } from '../validate.ts'

/** Where a server would bind a port. */
export interface BindTargetOptions {
  /**
   * The protocol of the server.
   *
   * @default 'tcp'
   */
  readonly protocol?: Protocol
  /**
   * The address to bind, in any spelling and with its zone where it is link-local (`fe80::1%eth0`),
   * or a name, which stands for all of its addresses.
   *
   * @default as for a Node server: `::` with IPv4, or `0.0.0.0` where the system has no IPv6
   */
  readonly host?: string
  /**
   * Whether a server on an IPv6 wildcard accepts only IPv6, as `ipv6Only` of `server.listen`.
   *
   * @default false
   */
  readonly ipv6Only?: boolean
}

export const BIND_TARGET_OPTIONS = ['protocol', 'host', 'ipv6Only'] as const

/** One address to bind, without a port. */
export interface BindTarget {
  readonly protocol: Protocol
  readonly family: Family
  /** In the spelling of RFC 5952. */
  readonly address: string
  readonly ipv6Only: boolean
}

/** At least one; a name may have several addresses, of which Node binds the first. */
export type BindTargets = readonly [BindTarget, ...BindTarget[]]

/** Node listens on `::` and, where that fails, on 0.0.0.0 (lib/net.js, setupListenHandle). */
function defaultHost(protocol: Protocol): string {
  const request = { protocol, family: 'IPv6', address: '::', ipv6Only: false, port: 0 } as const
  const refusal = tryBind(request)
  return refusal === null ? '::' : '0.0.0.0'
}

function targetOf(values: OptionValues, address: string): BindTarget {
  const protocol = checkOption(values, 'protocol', checkProtocol, 'tcp')
  const ipv6Only = checkOption(values, 'ipv6Only', checkFlag, false)
  const family = isIPv6(address) ? 'IPv6' : 'IPv4'
  return { protocol, family, address: canonicalAddress(address), ipv6Only }
}

/** The addresses of this name on every system, whatever its hosts file says (RFC 6761, 6.3). */
const LOOPBACKS = ['127.0.0.1', '::1'] as const
const isLocalhost = (name: string): boolean => /^(.+\.)?localhost\.?$/i.test(name)

/** Those that are addresses of this machine; all where none is, so that the bind fails with the reason. */
function ownOf(targets: readonly BindTarget[]): BindTargets {
  const own = targets.filter((at) => {
    const code = tryBind({ ...at, port: 0 })?.code
    return code !== 'EADDRNOTAVAIL' && code !== 'EAFNOSUPPORT'
  })
  return (own.length > 0 ? own : targets) as BindTargets
}

function allOf(values: OptionValues, addresses: readonly string[]): BindTargets {
  const targets = addresses.map((address) => targetOf(values, address))
  const distinct = new Map(targets.map((at) => [at.address, at]))
  return ownOf([...distinct.values()])
}

/** The targets of options whose host is an address or `localhost`: other names need a lookup. */
export function resolveTargetsSync(values: OptionValues): BindTargets {
  const { protocol } = targetOf(values, '::') // throws before anything is tried
  if (values['host'] === undefined) return [targetOf(values, defaultHost(protocol))]
  const host = checkHost('options.host', values['host'])
  if (isAddress(host)) return [targetOf(values, host)]
  if (isLocalhost(host)) return allOf(values, LOOPBACKS)
  throw invalidValue(
    'options.host',
    'an IP address or localhost: a blocking call resolves no names',
    host,
  )
}

/**
 * The targets of options whose host may be a name, in the order of the lookup.
 *
 * @throws `ENOTFOUND` where the name has no address.
 */
export async function resolveTargets(values: OptionValues): Promise<BindTargets> {
  if (values['host'] === undefined) return resolveTargetsSync(values)
  const host = checkHost('options.host', values['host'])
  if (isAddress(host)) return resolveTargetsSync(values)
  targetOf(values, '::') // throws before the lookup
  const local = isLocalhost(host)
  const found = await lookup(host, { all: true, verbatim: true }).catch((error: unknown) => {
    if (local) return []
    throw error
  })
  const addresses = found.map(({ address }) => address)
  return allOf(values, local ? [...addresses, ...LOOPBACKS] : addresses)
}

/** Whether a socket with the same port conflicts with a bind to this target. */
export function meets(
  { family, localAddress, dualStack }: SocketRow<'details'>,
  { family: ownFamily, address, ipv6Only }: Pick<BindTarget, 'family' | 'address' | 'ipv6Only'>,
): boolean {
  // Where the system does not report it, assume the wider range: better one holder too many than none.
  const bound = { family, address: localAddress, dualStack: dualStack ?? true }
  return overlap(bound, { family: ownFamily, address, dualStack: !ipv6Only })
}

/** Whether a socket with the same port conflicts with a bind to one of these targets. */
export const meetsAny = (row: SocketRow<'details'>, all: readonly BindTarget[]): boolean =>
  all.some((at) => meets(row, at))
