// What the scripts share that build the C++ sources in other ways than node-gyp does.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { findProgram, root, run, runAll } from '../tools/run.mjs'
import { defines, languageFlags, strictFlags } from './sources.mjs'

const require = createRequire(import.meta.url)

/** Compiles sources into `folder`, and gives the paths of the objects. */
export async function compileAll(compiler, flags, sources, folder, options) {
  const objects = sources.map((path) =>
    join(folder, relative(root, path).replace(/[\\/]/g, '-').replace(/cc$/, 'o')),
  )
  const lists = sources.map((path, index) => [...flags, '-c', '-o', objects[index], path])
  await runAll(compiler, lists, options)
  return objects
}

/** Compiles sources and links what comes of them; warnings are errors where binding.gyp has them so. */
export async function build({ compiler, flags, link = [], sources, output }) {
  const all = [...languageFlags, ...strictFlags, ...flags]
  const folder = mkdtempSync(join(tmpdir(), 'socktable-objects-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const objects = await compileAll(compiler, all, sources, folder)
  run(compiler, [...all, ...link, '-o', output, ...objects])
}

/** The folder with the headers of Node.js under include/node, as node-gyp's --nodedir. */
export function nodeFolder() {
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
  return found
}

/** Flags by which the sources that include napi.h find it; the headers count as the system's. */
export function nodeFlags() {
  return [
    ...defines,
    '-DNODE_ADDON_API_CPP_EXCEPTIONS',
    `-isystem${join(nodeFolder(), 'include', 'node')}`,
    `-isystem${dirname(require.resolve('node-addon-api/package.json'))}`,
  ]
}

/** A clang with the sanitizers and libFuzzer. */
export function findClang() {
  const versions = [22, 21, 20, 19, 18, 17, 16, 15, 14]
  const names = [...versions.map((version) => `clang++-${version}`), 'clang++']
  return findProgram(names, 'clang-19 libclang-rt-19-dev')
}
