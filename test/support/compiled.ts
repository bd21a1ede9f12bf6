/** Programs in C that tests are run with. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { inBuildFolder } from './build-folder.ts'
import { supportFile } from './children.ts'

/** The path of the program made of a C file beside this one. */
export function compile(name: string): string {
  const program = inBuildFolder(basename(name))
  if (!existsSync(program)) {
    const compiler = process.env['CC'] ?? 'cc'
    execFileSync(compiler, ['-O1', '-pthread', '-o', program, supportFile(`${name}.c`)])
  }
  return program
}
