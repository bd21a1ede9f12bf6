/** What this process may not do, and what would let it. */

import { readFileSync } from 'node:fs'

/** By their numbers in linux/capability.h. */
const CAPABILITIES = { CAP_KILL: 5n, CAP_NET_BIND_SERVICE: 10n, CAP_SYS_PTRACE: 19n } as const
export type Capability = keyof typeof CAPABILITIES

/** Whether this process has a capability in its user namespace; where that is not known, whether it is root. */
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
 * What helps where the right to a process of another user is missing. `user` is that user's name,
 * where it is known.
 */
export function remedyFor(capability: Capability, user: string | null = null): string {
  if (process.platform === 'win32') return 'run as an administrator'
  if (process.getuid?.() !== 0) {
    return user === 'root' ? 'run as root' : `run as ${user ?? 'its user'} or as root`
  }
  if (process.platform !== 'linux') return 'the system keeps it from root too'
  if (hasCapability(capability)) {
    return 'it belongs to another user namespace, or a security module protects it'
  }
  const short = capability.slice('CAP_'.length)
  return `root needs ${capability} for it (in a container: --cap-add ${short})`
}
