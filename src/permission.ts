/** Privileges that this process lacks, and how to get them. */

import { readFileSync } from 'node:fs'

/** Their numbers in linux/capability.h. */
const CAPABILITIES = { CAP_KILL: 5n, CAP_NET_BIND_SERVICE: 10n, CAP_SYS_PTRACE: 19n } as const
type Capability = keyof typeof CAPABILITIES

/** Whether this process has a capability in its user namespace; if that is unknown, whether it is root. */
export function hasCapability(name: Capability): boolean {
  let status = ''
  try {
    status = readFileSync('/proc/self/status', 'utf8')
  } catch {
    // Not Linux, or no /proc.
  }
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  if (effective === undefined) return process.getuid?.() === 0
  return ((BigInt(`0x${effective}`) >> CAPABILITIES[name]) & 1n) === 1n
}

/**
 * How to get access to a process of another user. `user` is the name of that user, if it is known.
 */
export function remedyFor(capability: Capability, user: string | null = null): string {
  if (process.platform === 'win32') return 'run as an administrator'
  if (process.getuid?.() !== 0) {
    return user === 'root' ? 'run as root' : `run as ${user ?? 'its user'} or as root`
  }
  if (process.platform !== 'linux') return 'the system denies it to root too'
  if (hasCapability(capability)) {
    return 'it belongs to another user namespace, or a security module protects it'
  }
  const short = capability.slice('CAP_'.length)
  return `root needs ${capability} for this (in a container: --cap-add ${short})`
}
