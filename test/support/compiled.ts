/** Programs in C that tests are run with, compiled once per test run. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { supportFile } from './children.ts'

const compiled = new Map<string, string>()

/** The path of the program made of a C file beside this one. */
export function compile(name: string): string {
  const known = compiled.get(name)
  if (known !== undefined) return known
  const folder = mkdtempSync(join(tmpdir(), 'socktable-test-'))
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  const program = join(folder, basename(name))
  const compiler = process.env['CC'] ?? 'cc'
  execFileSync(compiler, ['-O1', '-pthread', '-o', program, supportFile(`${name}.c`)])
  compiled.set(name, program)
  return program
}
