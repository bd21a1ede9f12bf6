// What the scripts share that build the C++ sources in other ways than node-gyp does.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, homedir, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a program to its end; a failure ends this script too. */
export function run(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, { stdio: 'inherit', ...options })
  if (error) throw error
  if (status !== 0) {
    console.error(`${program} ${args.join(' ')}: ${signal ?? `exit code ${status}`}`)
    process.exit(1)
  }
}

/**
 * Runs a program once for each list of arguments, as many at a time as there are cores. All of them
 * have their say before a failure ends this script too.
 */
export async function runAll(program, lists, options = {}) {
  const waiting = [...lists]
  let failures = 0
  const lane = async () => {
    for (let args; (args = waiting.shift()) !== undefined;) {
      const child = spawn(program, args, { stdio: 'inherit', ...options })
      const [status, signal] = await once(child, 'close')
      if (status === 0) continue
      console.error(`${program} ${args.join(' ')}: ${signal ?? `exit code ${status}`}`)
      failures++
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
  if (failures > 0) process.exit(1)
}

/** Compiles sources into `folder`, and gives the paths of the objects. */
export async function compileAll(compiler, flags, sources, folder, options) {
  const objects = sources.map((path) =>
    join(folder, relative(root, path).replace(/[\\/]/g, '-').replace(/cc$/, 'o')),
  )
  const lists = sources.map((path, index) => [...flags, '-c', '-o', objects[index], path])
  await runAll(compiler, lists, options)
  return objects
}

/** Compiles sources and links what comes of them. */
export async function build({ compiler, flags, link = [], sources, output }) {
  const folder = mkdtempSync(join(tmpdir(), 'socktable-objects-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const objects = await compileAll(compiler, flags, sources, folder)
  run(compiler, [...flags, ...link, '-o', output, ...objects])
}

const sourcesIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.cc'))
    .map((name) => join(root, folder, name))

/** The C++ sources for Linux, as paths. */
const sources = () =>
  ['native/core', 'native/addon', 'native/watch', 'native/linux', 'native/posix'].flatMap(sourcesIn)

/** The sources of the addon. */
export const addonSources = sources

const PURE_NAMES = [
  '.*_parse',
  ...['direction', 'identity', 'layout', 'pack', 'query', 'socket_table'].map((name) => `core/${name}`),
  ...['linux/row_collector', 'linux/kernel_state', 'watch/row_matcher'],
  ...['windows/growing_table', 'windows/process_facts'],
  ...['reader', 'holder_scan', 'joined_table', 'pcblist'].map((name) => `darwin/${name}`),
]
const PURE = new RegExp(`native.(${PURE_NAMES.join('|')})\\.cc$`)

/** Whether a source asks no system anything, so that it can be run anywhere. */
export const isPure = (path) => PURE.test(path)

/** The sources of the replay program or the fuzz target: all systems' parsers, and what they need. */
export function replaySources(main) {
  const all = [...sources(), ...['native/darwin', 'native/windows'].flatMap(sourcesIn)]
  const tools = ['replay.cc', 'replay_darwin.cc', 'replay_match.cc', main]
  return [...all.filter(isPure), ...tools.map((name) => join(root, 'test', 'native', name))]
}

/** Flags by which the sources that include napi.h find it; the headers count as the system's. */
export function nodeFlags() {
  const places = [
    process.env.npm_config_nodedir,
    join(dirname(process.execPath), '..'),
    join(homedir(), '.cache', 'node-gyp', process.versions.node),
  ]
  const found = places.find((place) => place && existsSync(join(place, 'include/node/node_api.h')))
  if (found === undefined) {
    console.error('the headers of Node.js are missing: npx node-gyp install fetches them')
    process.exit(1)
  }
  return [
    '-DNAPI_VERSION=8',
    '-DNODE_ADDON_API_CPP_EXCEPTIONS',
    '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    `-isystem${join(found, 'include', 'node')}`,
    `-isystem${dirname(require.resolve('node-addon-api/package.json'))}`,
  ]
}

/** The first of these programs that is installed; ends the script where none is. */
export function findProgram(names, debianPackage) {
  const found = names.find((name) => spawnSync(name, ['--version']).status === 0)
  if (found !== undefined) return found
  console.error(
    `none of ${names.join(', ')} is installed (Debian: apt-get install ${debianPackage})`,
  )
  process.exit(1)
}

/** A clang with the sanitizers and libFuzzer. */
export function findClang() {
  const versions = [22, 21, 20, 19, 18, 17, 16, 15, 14]
  const names = [...versions.map((version) => `clang++-${version}`), 'clang++']
  return findProgram(names, 'clang-19 libclang-rt-19-dev')
}
