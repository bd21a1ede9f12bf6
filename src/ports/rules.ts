/** What the system says about port numbers as such, whoever has them. */

import { readFileSync } from 'node:fs'
import { hasCapability } from '../permission.ts'
import type { PortRange } from '../validate.ts'
import { isWildcard } from './addresses.ts'

export interface PortRules {
  /** Where the system takes ports from for whoever asks for none. */
  readonly ephemeral: PortRange
  /** Ports in there that it never takes by itself; a bind by number goes well. */
  readonly reserved: readonly PortRange[]
  /** Below this one a bind takes a privilege that this process lacks; 0: nowhere. */
  readonly privilegedBelow: number
  /** Whether it takes none to bind them on all addresses at once. */
  readonly wildcardsFree: boolean
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Not Linux, an old kernel or a /proc that is not whole: the defaults are as good as anything.
    return ''
  }
}

/** "1,5-7": as in ip_local_reserved_ports. */
function parseRanges(text: string): PortRange[] {
  if (text === '') return []
  return text.split(',').map((part) => {
    const [from = '', to = from] = part.split('-')
    return { from: Number(from), to: Number(to) }
  })
}

function linuxRules(): PortRules {
  const [range] = parseRanges(read('/proc/sys/net/ipv4/ip_local_port_range').replace(/\s+/, '-'))
  const start = read('/proc/sys/net/ipv4/ip_unprivileged_port_start')
  const privileged = start === '' ? 1024 : Number(start)
  return {
    ephemeral: range ?? { from: 32_768, to: 60_999 },
    reserved: parseRanges(read('/proc/sys/net/ipv4/ip_local_reserved_ports')),
    privilegedBelow: hasCapability('CAP_NET_BIND_SERVICE') ? 0 : privileged,
    wildcardsFree: false,
  }
}

/**
 * The rules of this system. Linux: of this network namespace, from /proc/sys/net/ipv4
 * (Documentation/networking/ip-sysctl.rst). Windows: its defaults; it has no privileged ports.
 * macOS: its defaults; from 10.14 on anybody may bind a low port on all addresses
 * (bsd/netinet/in_pcb.c, in_pcbbind).
 */
export function portRules(platform: NodeJS.Platform = process.platform): PortRules {
  if (platform === 'linux') return linuxRules()
  return {
    ephemeral: { from: 49_152, to: 65_535 }, // RFC 6335, as Windows and macOS have it
    reserved: [],
    privilegedBelow: platform === 'win32' || process.getuid?.() === 0 ? 0 : 1024,
    wildcardsFree: platform === 'darwin',
  }
}

/** Whether binding the port at this address takes a privilege that this process lacks. */
export function isPrivileged(port: number, address: string, rules: PortRules): boolean {
  return port < rules.privilegedBelow && !(rules.wildcardsFree && isWildcard(address))
}

export function inRanges(port: number, ranges: readonly PortRange[]): boolean {
  return ranges.some(({ from, to }) => port >= from && port <= to)
}
