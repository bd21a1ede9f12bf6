/** Programs in C that tests are run with. */

import { execFileSync } from 'node:child_process'
import { basename } from 'node:path'
import { built } from './build-folder.ts'
import { supportFile } from './children.ts'

/** The path of the program made of a C file beside this one. */
export function compile(name: string): string {
  return built(basename(name), (program) => {
    const compiler = process.env['CC'] ?? 'cc'
    execFileSync(compiler, ['-O1', '-pthread', '-o', program, supportFile(`${name}.c`)])
  })
}
