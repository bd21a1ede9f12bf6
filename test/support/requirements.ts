import { readFileSync } from 'node:fs'

/**
 * Says whether a test can run here. Outside CI a test that can't is skipped and its name says why; in
 * CI a missing thing is a failure.
 */
export function needs(condition: boolean, what: string): boolean {
  if (!condition && process.env['CI']) throw new Error(`in CI the tests need ${what}`)
  return condition
}

export const isRoot: boolean = process.getuid?.() === 0

/** Whether root can become another user here: not in a user namespace that maps root alone. */
export const canBecomeOthers: boolean =
  isRoot && Number(readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)[2]) > 65_534
