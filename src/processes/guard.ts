/** Which processes are protected from being ended, and what to do instead. */

import { ancestryOf } from './ancestry.ts'
import { publisherAdvice } from './publishers.ts'
import { socketUnits } from './socket-units.ts'
import type { ProcessRecord } from './types.ts'
import type { ProtectedGroup, RefusalReason } from './ending-types.ts'
import { NO_ROLES, type Roles, readRoles, windowsReason } from './windows-roles.ts'

// The first process, and the kernel where it has a PID of its own.
const SYSTEM_OF: Partial<Record<NodeJS.Platform, readonly number[]>> = {
  darwin: [0, 1],
  win32: [0, 4],
}
const SYSTEM = SYSTEM_OF[process.platform] ?? [1]

/** They start the services of the system or of one user, and may listen for them (socket units). */
const MANAGER = /^(systemd|launchd)$/

/** Decides which processes may be ended. */
export interface Guard {
  /** Why a process is protected; null where it may be ended. */
  reason(record: ProcessRecord): RefusalReason | null
  /** What to do instead of ending it, to close a port of it; null where nothing is known. */
  advice(record: ProcessRecord, reason: RefusalReason, port: number | null): string | null
}

function managerAdvice({ pid, name }: ProcessRecord, port: number | null): string {
  if (process.platform === 'win32') return 'it is part of Windows'
  if (name === 'launchd')
    return 'it listens for a service: "launchctl list" shows which one to stop'
  if (name !== 'systemd') {
    return 'it is the first process of this system or container: stop the container itself'
  }
  const ofUser = pid !== 1
  const command = ofUser ? 'systemctl --user' : 'systemctl'
  const [unit] = port === null ? [] : socketUnits(port, ofUser)
  return unit === undefined
    ? `it listens for a service: "${command} list-sockets" shows the unit, "${command} stop NAME.socket" stops it`
    : `it listens for ${unit}: "${command} stop ${unit}" stops it`
}

function serviceAdvice(services: readonly string[]): string {
  const [first = 'NAME'] = services
  return (
    `it runs the Windows service${services.length > 1 ? 's' : ''} ${services.join(', ')}: ` +
    `"sc stop ${first}" stops one, as an administrator`
  )
}

function adviceFor(
  record: ProcessRecord,
  reason: RefusalReason,
  port: number | null,
  roles: Roles,
): string | null {
  switch (reason) {
    case 'proxy':
      return publisherAdvice(record.name, port)
    case 'system':
      return managerAdvice(record, port)
    case 'service':
      return serviceAdvice(roles.get(record.pid)?.services ?? [])
    case 'self':
      return 'close the server in this program'
    case 'ancestor':
    case 'maybe-ancestor':
      return `end it from another terminal: socktable kill --pid ${record.pid}`
    default:
      return null
  }
}

/** A guard for the processes of a list of all of them: see `readWithAncestry`. */
export async function createGuard(
  records: readonly ProcessRecord[],
  allow: ReadonlySet<ProtectedGroup>,
): Promise<Guard> {
  const ancestry = ancestryOf(records, process.pid)
  const isWindows = process.platform === 'win32'
  const roles = isWindows ? await readRoles(records.map(({ pid }) => pid)) : NO_ROLES
  const reason = (record: ProcessRecord): RefusalReason | null => {
    const { pid, name } = record
    if (pid === process.pid) return 'self'
    const ofWindows = isWindows ? windowsReason(record, roles) : null
    if (ofWindows === 'critical') return ofWindows
    if (!allow.has('system')) {
      if (ofWindows !== null) return ofWindows
      if (SYSTEM.includes(pid) || (name !== null && MANAGER.test(name))) return 'system'
    }
    if (!allow.has('ancestors')) {
      if (ancestry.known.has(pid)) return 'ancestor'
      if (ancestry.mayInclude(record)) return 'maybe-ancestor'
    }
    if (publisherAdvice(name, null) !== null && !allow.has('proxies')) return 'proxy'
    return null
  }
  return { reason, advice: (record, why, port) => adviceFor(record, why, port, roles) }
}
