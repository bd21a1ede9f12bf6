/** What is not ended unless that is asked for by name. */

import { ancestorsOf } from './tree.ts'
import type { PROTECTED, ProcessRecord, RefusalReason } from './types.ts'

// What comes first, and the kernel where it has a number of its own.
const SYSTEM_OF: Partial<Record<NodeJS.Platform, readonly number[]>> = {
  darwin: [0, 1],
  win32: [0, 4],
}
const SYSTEM = SYSTEM_OF[process.platform] ?? [1]

/**
 * What carries published ports into containers. Ending it cuts off a container that goes on, or takes
 * down what watches it; the container is what has the port.
 */
const PROXY =
  /^(docker-proxy|rootlesskit|rootlessport.*|containerd-shim.*|conmon|slirp4netns|pasta(\.avx2)?|passt(\.avx2)?|vpnkit.*|com\.docker\..*|wslrelay)(\.exe)?$/

export type Refuse = (record: ProcessRecord) => RefusalReason | null

/** Judges processes by a list of all of them. */
export function guard(
  records: readonly ProcessRecord[],
  allow: ReadonlySet<(typeof PROTECTED)[number]>,
): Refuse {
  const ancestors = new Set(ancestorsOf(records, process.pid).map(({ pid }) => pid))
  return ({ pid, name }) => {
    if (pid === process.pid) return 'self'
    if (SYSTEM.includes(pid) && !allow.has('system')) return 'system'
    if (ancestors.has(pid) && !allow.has('ancestors')) return 'ancestor'
    if (name !== null && PROXY.test(name) && !allow.has('proxies')) return 'proxy'
    return null
  }
}
