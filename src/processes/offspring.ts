/** What descends from this process, for a command that lets nothing survive it. */

import { binding } from '../binding.ts'
import { readProcesses } from './read.ts'
import { childrenOf } from './tree.ts'
import type { ProcessRecord } from './types.ts'

/**
 * How the system keeps descendants with this process: it becomes the parent of those whose own ended
 * (Linux), it ends them itself (Windows), or it does neither (macOS).
 */
export type Bond = 'adopts' | 'ends' | 'none'

/** Binds what this process starts from now on. */
export function bindOffspring(): Bond {
  const bond = binding().bindOffspring()
  if (bond === 1) return 'adopts'
  return bond === 2 ? 'ends' : 'none'
}

/** Those that descend from one process, without it: each after its parent. */
function descendantsIn(records: readonly ProcessRecord[], pid: number): ProcessRecord[] {
  const children = childrenOf(records)
  const found = [...(children.get(pid) ?? [])]
  const seen = new Set(found)
  for (const record of found) {
    for (const child of children.get(record.pid) ?? []) {
      if (!seen.has(child)) found.push(child)
      seen.add(child)
    }
  }
  return found
}

/**
 * Takes note of the end of children that were adopted, of which the system else keeps their numbers.
 * Node.js itself does so for `own`, a child that was started here.
 */
export function reapAdopted(own: number | undefined): void {
  binding().reapAdopted(own ?? 0)
}

/** All that descend from this process and run. */
export async function readOffspring(own: number | undefined): Promise<ProcessRecord[]> {
  reapAdopted(own)
  return descendantsIn(await readProcesses(), process.pid)
}
