/** What is not ended unless that is asked for by name. */

import { ancestryOf } from './ancestry.ts'
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

/** Judges processes by a list of all of them: see `readWithAncestry`. */
export function guard(
  records: readonly ProcessRecord[],
  allow: ReadonlySet<(typeof PROTECTED)[number]>,
): Refuse {
  const ancestry = ancestryOf(records, process.pid)
  return (record) => {
    const { pid, name } = record
    if (pid === process.pid) return 'self'
    if (SYSTEM.includes(pid) && !allow.has('system')) return 'system'
    if (!allow.has('ancestors')) {
      if (ancestry.known.has(pid)) return 'ancestor'
      if (ancestry.mayInclude(record)) return 'maybe-ancestor'
    }
    if (name !== null && PROXY.test(name) && !allow.has('proxies')) return 'proxy'
    return null
  }
}
