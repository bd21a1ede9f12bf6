/** The descendants of this process, for a command that lets none of them outlive it. */

import { binding } from '../binding.ts'
import { readProcesses } from './read.ts'
import { descendantsOf } from './tree.ts'
import type { ProcessRecord } from './types.ts'

/**
 * How descendants are tied to this process: it becomes the parent of those whose own ended (`adopts`,
 * Linux), they end with it (`ends`, Windows), or not at all (`none`, macOS).
 */
export type Bond = 'adopts' | 'ends' | 'none'

/** Ties the processes that this one starts from now on to it. */
export function bindOffspring(): Bond {
  const bond = binding().bindOffspring()
  if (bond === 1) return 'adopts'
  return bond === 2 ? 'ends' : 'none'
}

/**
 * Reaps adopted children that have ended, whose PIDs the system keeps until then. Node.js itself does so
 * for `own`, a child that was started here. A system where nothing is adopted has none to reap (ENOTSUP).
 */
export function reapAdopted(own: number | undefined): void {
  binding().reapAdopted(own ?? 0)
}

/** All running descendants of this process, each after its parent. */
export async function readOffspring(own: number | undefined): Promise<ProcessRecord[]> {
  reapAdopted(own)
  return descendantsOf(await readProcesses(), process.pid)
}
