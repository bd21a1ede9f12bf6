/** What is in the way of a port, in words. */

import type { SocketRow } from '../types/index.ts'
import { type UserNames, hiddenOwner, remedyForHidden } from '../users.ts'
import { isWildcard } from '../table/address.ts'
import { isLinkLocal } from './addresses.ts'
import type { PortObstacle } from './obstacles.ts'
import type { PortCheck } from './port-check.ts'
import { portRules } from './rules.ts'

/** The owner of a socket in words. */
export function ownerOf(row: SocketRow<'details'>, users: UserNames): string {
  if (row.ownerUnknown === 'permission') return hiddenOwner(row, users)
  if (row.pid === null) return 'an unknown process'
  const name = row.processName
  const more = row.pids.length > 1 ? ` and ${row.pids.length - 1} more` : ''
  return `${name ?? 'a process'} (PID ${row.pid})${more}`
}

/** The address and port of a socket. */
export function at(row: SocketRow<'details'>): string {
  const host = row.localAddress.includes(':') ? `[${row.localAddress}]` : row.localAddress
  return `${host}:${row.localPort}`
}

function whyUnknown(row: SocketRow<'details'>, users: UserNames): string | null {
  switch (row.ownerUnknown) {
    case 'permission':
      return `This user may not see which one: ${remedyForHidden(row, users)}.`
    case 'not-asked':
      return 'Its owner cannot be named: the processes cannot be read here (/proc).'
    case 'exited':
      return 'The process that opened it has ended; one that inherited it keeps it open.'
    case 'not-searched':
      return 'The search for its owner ended early: too many threads may hold it.'
    case 'pid-namespace':
      return (
        'Its owner is not known: /proc belongs to another PID namespace than this process ' +
        '(mount -t proc proc /proc fixes that).'
      )
    case 'not-found':
      return 'No visible process holds it: it belongs to the kernel or to another container.'
    default:
      return null
  }
}

/** How the address of a socket in the way conflicts with the one that was checked. */
function overlapWith(address: string, host: string): string {
  if (address === host) return ''
  return isWildcard(address) ? `, which includes ${host}` : `, which is part of ${host}`
}

/** Why an obstacle is in the way, in sentences. */
export function reasonsFor(obstacle: PortObstacle, check: PortCheck, users: UserNames): string[] {
  const { port, protocol, host, holders, connections } = check
  switch (obstacle) {
    case 'listener':
    case 'bound':
      return holders.flatMap((row) => {
        const does = row.state === 'BOUND' ? 'is bound to' : 'listens on'
        const wide = overlapWith(row.localAddress, host)
        const unknown = whyUnknown(row, users)
        const owner = ownerOf(row, users)
        return [`${owner} ${does} ${at(row)}${wide}.`, ...(unknown === null ? [] : [unknown])]
      })
    case 'connection': {
      const [client] = connections
      if (client === undefined) return []
      return [
        `${ownerOf(client, users)} has it as the local port of a connection to ` +
          `${client.remoteAddress ?? '?'}:${client.remotePort ?? '?'}: a client that happens to use it.`,
      ]
    }
    case 'time-wait':
      return [
        'A connection that was closed recently remains in TIME_WAIT, for a minute at most; no process ' +
          'holds it any more.',
      ]
    case 'privileged':
      return [
        `Ports below ${portRules().privilegedBelow} need root here` +
          (portRules().wildcardsFree
            ? ', except for a server on all addresses.'
            : ' or CAP_NET_BIND_SERVICE.'),
      ]
    case 'excluded':
      return [
        `No socket has ${protocol} port ${port}: Windows reserves a range around it, usually for ` +
          'Hyper-V, WSL or Docker. Such ranges may change at each start.',
      ]
    case 'denied':
      return ['A rule of this system forbids it (SELinux, seccomp or a setting of systemd).']
    case 'address':
      return isLinkLocal(host) && check.refusal?.code !== 'EADDRNOTAVAIL'
        ? [`${host} needs the interface that it belongs to, as in fe80::1%eth0.`]
        : [`${host} is not an address of this machine.`]
    case 'family':
      return [`This system has no ${check.family}.`]
    case 'hidden':
      return [check.disagreement ?? 'The system shows no socket that has it.']
  }
}

/** The predicate of the summary. */
export const SUMMARY: Readonly<Record<PortObstacle, string>> = {
  listener: 'is in use',
  bound: 'is in use',
  connection: 'is in use by a connection',
  'time-wait': 'is not free yet',
  privileged: 'is privileged',
  excluded: 'is reserved by Windows',
  denied: 'is forbidden',
  address: "can't be bound at this address",
  family: "can't be bound in this address family",
  hidden: 'is in use, and the system does not show by what',
}
