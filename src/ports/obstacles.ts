/** Why a bind was refused, from what the system said and what the table shows. Pure. */

import type { Include, SocketRow } from '../types/index.ts'

/**
 * What keeps a port from being bound.
 *
 * - `listener`: a socket listens there, or awaits datagrams.
 * - `bound`: a TCP socket is bound there and does not listen.
 * - `connection`: a connection has it as its local port; most often a client that happens to use it.
 * - `time-wait`: a connection there was closed lately and lingers.
 * - `privileged`: such low ports take a privilege.
 * - `excluded`: Windows keeps it for itself (Hyper-V, WSL, Docker); no socket shows there.
 * - `denied`: the system forbids it otherwise (seccomp, SELinux, systemd's SocketBindDeny).
 * - `address`: the address is none of this machine's.
 * - `family`: this system has no IPv6, or no IPv4.
 * - `hidden`: the system says that it is in use and shows no socket: one that is bound and does not
 *   listen, which Linux before 6.8 and Windows don't show, or one that closed in this moment. macOS
 *   also keeps some ports for programs of its own (bsd/net/restricted_in_port.c).
 */
export type PortObstacle =
  | 'listener'
  | 'bound'
  | 'connection'
  | 'time-wait'
  | 'privileged'
  | 'excluded'
  | 'denied'
  | 'address'
  | 'family'
  | 'hidden'

/** Whether a socket waits for peers. */
export const listens = (row: SocketRow): boolean =>
  row.state === 'LISTEN' || (row.protocol === 'udp' && row.remoteAddress === null)

function inUseBecause(
  holders: readonly SocketRow<Include>[],
  others: readonly SocketRow<Include>[],
): PortObstacle[] {
  const found: PortObstacle[] = []
  if (holders.some(listens)) found.push('listener')
  if (holders.some((row) => !listens(row))) found.push('bound')
  // Next to a listener its own connections are no obstacle.
  if (found.length > 0) return found
  if (others.some(({ state }) => state !== 'TIME_WAIT')) found.push('connection')
  if (others.some(({ state }) => state === 'TIME_WAIT')) found.push('time-wait')
  return found.length > 0 ? found : ['hidden']
}

/** What is known of a port when a bind was tried. */
export interface Findings {
  /** The code of the error that the bind gave; null where it went well. */
  readonly code: string | null
  readonly privileged: boolean
  readonly holders: readonly SocketRow<Include>[]
  readonly connections: readonly SocketRow<Include>[]
  readonly platform: NodeJS.Platform
  /** What could not be read beside the bind. Default: nothing. */
  readonly unreadable?: 'owners' | 'sockets' | null
  /** Whether the bind asked to share the port. Default: false. */
  readonly shares?: boolean
}

/** What was in the way, what weighs most first. */
export function obstaclesOf(findings: Findings): PortObstacle[] {
  const { code, privileged, holders, connections, platform } = findings
  switch (code) {
    case null:
      return []
    case 'EADDRINUSE':
      return inUseBecause(holders, connections)
    case 'EACCES':
      if (privileged) return ['privileged']
      // Windows refuses a port that somebody has for himself alone in the same words.
      if (platform === 'win32') {
        return holders.length > 0 ? inUseBecause(holders, connections) : ['excluded']
      }
      return ['denied']
    case 'EADDRNOTAVAIL':
    case 'EINVAL': // a link-local address without its interface
    case 'ENODEV': // or with one that does not exist
      return ['address']
    case 'EAFNOSUPPORT':
    case 'EPROTONOSUPPORT':
      return ['family']
    default:
      return ['denied']
  }
}

/** Why the table and the bind that was tried say different things; null where they agree. */
export function disagreementOf(findings: Findings): string | null {
  if (obstaclesOf(findings)[0] === 'hidden') {
    if (findings.unreadable === 'sockets') {
      return 'the system says that it is in use, and the socket table cannot be read here'
    }
    return (
      'the system says that it is in use, and the table shows no socket there: one that is bound ' +
      'and does not listen is not shown by every system, and one may have closed in this moment'
    )
  }
  if (findings.code !== null || !findings.holders.some(listens)) return null
  if (findings.shares) return 'the sockets there share the port, as this bind asked to'
  if (findings.platform === 'win32') {
    return (
      'Windows lets a server on one address and one on all addresses have the same port, side by ' +
      'side; connections go to the one whose address fits best'
    )
  }
  if (findings.platform === 'darwin') {
    return (
      'macOS lets servers that set SO_REUSEADDR, as Node does, have the same port on one address and ' +
      'on all, side by side; connections go to the one whose address fits best'
    )
  }
  return 'a socket listened there when the table was read, and had closed when the bind was tried'
}
