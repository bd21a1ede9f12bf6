// Checks the format of the C++ sources (clang-format), lints them (clang-tidy), and links the addon for
// a system without an implementation, so that native/unsupported has all of every seam; with --write it
// formats them instead. Both tools are of one version, since their opinions change with it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileAll, nodeFlags } from './native/build.mjs'
import { addonSources, languageFlags, protectingFlags, pureSources } from './native/sources.mjs'
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

// What Node-API offers is there when the addon is loaded; every other function has to be there now.
async function linkUnsupported() {
  const folder = mkdtempSync(join(tmpdir(), 'socktable-unsupported-'))
  try {
    const flags = [...languageFlags, '-Werror', ...protectingFlags, ...nodeFlags(), '-fPIC']
    const objects = await compileAll('c++', flags, addonSources('unsupported'), folder)
    const names = (kind) => {
      const options = { encoding: 'utf8', maxBuffer: 2 ** 28 }
      const { stdout } = spawnSync('nm', [kind, '-C', ...objects], options)
      const lines = stdout.matchAll(/^[\s\da-f]*\w (socktable::.*)$/gm)
      return new Set(Array.from(lines, ([, name]) => name))
    }
    const defined = names('--defined-only')
    const missing = [...names('--undefined-only')].filter((name) => !defined.has(name))
    if (missing.length === 0 && defined.size > 0) return
    console.error(`native/unsupported lacks ${missing.join(', ')}`)
    process.exit(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
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
  await linkUnsupported()
}
