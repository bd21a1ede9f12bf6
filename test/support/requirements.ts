/**
 * Says whether a test can run here. Outside CI a test that can't is skipped and its name says why; in
 * CI a missing thing is a failure.
 */
export function needs(condition: boolean, what: string): boolean {
  if (!condition && process.env['CI']) throw new Error(`in CI the tests need ${what}`)
  return condition
}

export const isRoot = process.getuid?.() === 0
