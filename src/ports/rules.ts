/** The system's rules about port numbers, independent of who uses them. */

import { readFileSync } from 'node:fs'
import { hasCapability } from '../permission.ts'
import { isWildcard } from '../table/address.ts'
import type { PortRange } from '../validate.ts'

/** The rules about ports that apply to this process. */
export interface PortRules {
  /** The range from which the system assigns ports to sockets that ask for any. */
  readonly ephemeral: PortRange
  /** Ports in that range that it never assigns by itself; a bind by number succeeds. */
  readonly reserved: readonly PortRange[]
  /** Below this port a bind needs a privilege that this process lacks; 0: nowhere. */
  readonly privilegedBelow: number
  /** Whether binding them on all addresses needs no privilege. */
  readonly wildcardsFree: boolean
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Not Linux, an old kernel or an incomplete /proc: the defaults have to do.
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
 * macOS: its defaults; from 10.14 on any user may bind a low port on all addresses
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

/** Whether binding the port at this address needs a privilege that this process lacks. */
export function isPrivileged(port: number, address: string, rules: PortRules): boolean {
  return port < rules.privilegedBelow && !(rules.wildcardsFree && isWildcard(address))
}
