/**
 * The folder of what tests compile at their first need of it. One for all test files, each of which
 * is a process of its own: made before the first (vitest.config.ts) and removed behind the last.
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAME = 'SOCKTABLE_TEST_BUILDS'

export default function makeBuildFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'socktable-test-'))
  process.env[NAME] = folder
  return () => {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The path of a program of that name, which `build` makes the first time. */
export function built(name: string, build: (program: string) => void): string {
  const folder = process.env[NAME]
  if (folder === undefined) throw new Error(`${NAME} is not set: the tests were not run by vitest`)
  const program = join(folder, name)
  if (!existsSync(program)) build(program)
  return program
}
