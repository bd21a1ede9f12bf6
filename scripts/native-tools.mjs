// What the scripts share that build the C++ sources in other ways than node-gyp does.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
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

const sourcesIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.cc'))
    .map((name) => join(root, folder, name))

/** The C++ sources for Linux, as paths. */
const sources = () => ['native', 'native/watch', 'native/linux', 'native/posix'].flatMap(sourcesIn)

const isTool = (path) => /\/native\/(replay|fuzz)/.test(path)

/** The sources of the addon. */
export const addonSources = () => sources().filter((path) => !isTool(path))

/** The sources of the replay program or the fuzz target: all systems' parsers, and what they need. */
export function replaySources(main) {
  const wanted =
    /(_parse|row_collector|row_matcher|kernel_state|growing_table|process_facts|query|socket_identity|socket_table|replay|replay_match)\.cc$/
  const all = [...sources(), ...sourcesIn('native/windows')]
  return [...all.filter((path) => wanted.test(path)), join(root, 'native', main)]
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
