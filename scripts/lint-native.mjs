// Checks the format of the C++ sources (clang-format) and lints them (clang-tidy); with --write it
// formats them instead. Both tools are of one version, since their opinions change with it.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { nodeFlags } from './native/build.mjs'
import { languageFlags, pureSources } from './native/sources.mjs'
import { root, run, runAll } from './tools/run.mjs'

const VERSION = 19

function findTool(name) {
  for (const program of [`${name}-${VERSION}`, name]) {
    const { stdout, status } = spawnSync(program, ['--version'], { encoding: 'utf8' })
    if (status === 0 && stdout.includes(`version ${VERSION}.`)) return program
  }
  console.error(`${name} ${VERSION} is not installed (Debian: apt-get install ${name}-${VERSION})`)
  process.exit(1)
}

const sources = ['native', join('test', 'native')].flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => /\.(cc|h)$/.test(name))
    .map((name) => join(folder, name)),
)

if (process.argv.includes('--write')) {
  run(findTool('clang-format'), ['-i', ...sources])
} else {
  run(findTool('clang-format'), ['--dry-run', '--Werror', ...sources])
  // What needs the headers of another system is compiled with all warnings as errors by zig instead.
  const foreign = /native.(darwin|windows)/
  const own = sources.filter(
    (name) =>
      name.endsWith('.cc') &&
      !name.includes('fuzz') &&
      (pureSources.includes(join(root, name)) || !foreign.test(name)),
  )
  const tidy = findTool('clang-tidy')
  const flags = ['--', ...languageFlags, ...nodeFlags()]
  await runAll(
    tidy,
    own.map((path) => ['--quiet', path, ...flags]),
  )
}
