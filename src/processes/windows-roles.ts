/** Which processes Windows needs, and which run its services. */

import type { NativeFailure, NativeRole } from '../binding.ts'
import { binding } from '../binding.ts'
import { systemError } from '../errors.ts'
import type { ProcessRecord } from './types.ts'

/**
 * The programs of Windows itself: the processes of its kernel, the session manager and what that starts,
 * logon, the service control manager and the hosts of its services. Ending one signs every user out or
 * stops the machine, and IsProcessCritical, where it exists, does not report all of them.
 */
const SYSTEM_PROGRAMS: ReadonlySet<string> = new Set([
  'csrss',
  'dwm',
  'fontdrvhost',
  'logonui',
  'lsaiso',
  'lsass',
  'lsm',
  'memcompression',
  'memory compression',
  'ntoskrnl',
  'registry',
  'secure system',
  'services',
  'smss',
  'svchost',
  'system',
  'system idle process',
  'system interrupts',
  'userinit',
  'vmmem',
  'wininit',
  'winlogon',
])

/** Whether a process has the name of a program of Windows. File names have no case there. */
export function isSystemProgram(name: string | null): boolean {
  return name !== null && SYSTEM_PROGRAMS.has(name.toLowerCase().replace(/\.exe$/, ''))
}

/** What is known of processes by PID. */
export type Roles = ReadonlyMap<number, NativeRole>

export const NO_ROLES: Roles = new Map()

/** The first reason that applies: `critical` is never allowed, the others are by `system`. */
export function windowsReason(
  { pid, name }: Pick<ProcessRecord, 'pid' | 'name'>,
  roles: Roles,
): 'critical' | 'system' | 'service' | null {
  const role = roles.get(pid)
  if (role?.critical === true) return 'critical'
  if (role !== undefined && role.services.length > 0) return 'service'
  return isSystemProgram(name) ? 'system' : null
}

/** The roles of processes; empty on other systems. */
export function readRoles(pids: readonly number[]): Promise<Roles> {
  if (process.platform !== 'win32' || pids.length === 0) return Promise.resolve(NO_ROLES)
  return new Promise((resolve, reject) => {
    binding().processRoles(Uint32Array.from(pids), (roles, failure) => {
      if (roles === null) reject(systemError(failure as NativeFailure))
      else resolve(new Map(roles.map((role) => [role.pid, role])))
    })
  })
}
