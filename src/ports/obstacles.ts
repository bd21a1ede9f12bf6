/** Why a bind was refused, from its error and the socket table. Pure. */

import type { SocketRow } from '../types/index.ts'

/**
 * What keeps a port from being bound.
 *
 * - `listener`: a socket listens there, or waits for datagrams.
 * - `bound`: a TCP socket is bound there and does not listen.
 * - `connection`: a connection has it as its local port; usually a client that happens to use it.
 * - `time-wait`: a connection that was closed recently remains in TIME_WAIT.
 * - `privileged`: low ports need a privilege.
 * - `excluded`: reserved by Windows (Hyper-V, WSL, Docker); no socket is shown.
 * - `denied`: forbidden by another rule of the system (seccomp, SELinux, systemd's SocketBindDeny).
 * - `address`: the address is not one of this machine.
 * - `family`: the system has no IPv6, or no IPv4.
 * - `hidden`: the system reports it as in use and shows no socket: one that is bound and does not
 *   listen, which Linux before 6.8 and Windows don't show, or one that closed at this moment. macOS
 *   also restricts some ports to its own programs (bsd/net/restricted_in_port.c).
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
  holders: readonly SocketRow<'details'>[],
  others: readonly SocketRow<'details'>[],
): PortObstacle[] {
  const found: PortObstacle[] = []
  if (holders.some(listens)) found.push('listener')
  if (holders.some((row) => !listens(row))) found.push('bound')
  // The connections of a listener are no obstacle of their own.
  if (found.length > 0) return found
  if (others.some(({ state }) => state !== 'TIME_WAIT')) found.push('connection')
  if (others.some(({ state }) => state === 'TIME_WAIT')) found.push('time-wait')
  return found.length > 0 ? found : ['hidden']
}

/** What is known about a port after a bind was tried. */
export interface Findings {
  /** The code of the bind error; null where the bind succeeded. */
  readonly code: string | null
  readonly privileged: boolean
  readonly holders: readonly SocketRow<'details'>[]
  readonly connections: readonly SocketRow<'details'>[]
  readonly platform: NodeJS.Platform
  /** What could not be read. Default: nothing. */
  readonly unreadable?: 'owners' | 'sockets' | null
  /** Whether the bind asked to share the port. Default: false. */
  readonly shares?: boolean
}

/** What was in the way, the most important first. */
export function obstaclesOf(findings: Findings): PortObstacle[] {
  const { code, privileged, holders, connections, platform } = findings
  switch (code) {
    case null:
      return []
    case 'EADDRINUSE':
      return inUseBecause(holders, connections)
    case 'EACCES':
      if (privileged) return ['privileged']
      // Windows refuses a port that is bound exclusively with the same code.
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

/** Why the table and the bind that was tried differ; null where they agree. */
export function disagreementOf(findings: Findings): string | null {
  if (obstaclesOf(findings)[0] === 'hidden') {
    if (findings.unreadable === 'sockets') {
      return 'the system reports it as in use, and the socket table cannot be read here'
    }
    return (
      'the system reports it as in use, and the table shows no socket there: not every system shows ' +
      'sockets that are bound and do not listen, and one may have closed at this moment'
    )
  }
  if (findings.code !== null || !findings.holders.some(listens)) return null
  if (findings.shares) return 'the sockets there share the port, as this bind asked to'
  if (findings.platform === 'win32') {
    return (
      'Windows lets a server on one address and one on all addresses share a port; connections go ' +
      'to the one with the most specific address'
    )
  }
  if (findings.platform === 'darwin') {
    return (
      'macOS lets servers that set SO_REUSEADDR, as Node does, share a port between one address and ' +
      'all addresses; connections go to the one with the most specific address'
    )
  }
  return 'a socket listened there when the table was read, and was closed when the bind was tried'
}
