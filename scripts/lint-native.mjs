// Checks the format of the C++ sources (clang-format) and lints them (clang-tidy); with --write it
// formats them instead. Both tools are of one version, since their opinions change with it.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const VERSION = 19
const require = createRequire(import.meta.url)

function findTool(name) {
  for (const program of [`${name}-${VERSION}`, name]) {
    const { stdout, status } = spawnSync(program, ['--version'], { encoding: 'utf8' })
    if (status === 0 && stdout.includes(`version ${VERSION}.`)) return program
  }
  console.error(`${name} ${VERSION} is not installed (Debian: apt-get install ${name}-${VERSION})`)
  process.exit(1)
}

function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

const sources = readdirSync('native', { recursive: true })
  .filter((name) => /\.(cc|h)$/.test(name))
  .map((name) => join('native', name))

if (process.argv.includes('--write')) {
  run(findTool('clang-format'), ['-i', ...sources])
} else {
  run(findTool('clang-format'), ['--dry-run', '--Werror', ...sources])
  // Node's headers, as node-gyp was told to find them or as they lie beside the program.
  const node = process.env.npm_config_nodedir ?? join(dirname(process.execPath), '..')
  const flags = [
    '-std=c++17',
    '-DNAPI_VERSION=8',
    '-DNODE_ADDON_API_CPP_EXCEPTIONS',
    '-DNODE_API_NO_EXTERNAL_BUFFERS_ALLOWED',
    // System headers, so that only our own are linted.
    `-isystem${join(node, 'include', 'node')}`,
    `-isystem${dirname(require.resolve('node-addon-api/package.json'))}`,
  ]
  const own = sources.filter((name) => name.endsWith('.cc') && !name.includes('fuzz'))
  run(findTool('clang-tidy'), ['--quiet', ...own, '--', ...flags])
}
