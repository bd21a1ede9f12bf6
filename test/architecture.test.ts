import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import * as socktable from '../src/index.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

function files(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => pattern.test(name))
}

const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const matches = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), (match) => match[1] as string)

/** What each room of src may import from; those not named may import from nowhere else. */
const MAY_IMPORT: readonly [room: RegExp, from: RegExp][] = [
  [/^src\/types\//, /^src\/types\/[a-z]+\.ts$/],
  [/^src\/layout\.ts$/, /^src\/types\/[a-z]+\.ts$/],
  [/^src\/addon(-files|-elf)?\.ts$/, /^src\/addon-(elf|failure|files)\.ts$/],
  [/^src\/addon-failure\.ts$/, /^src\/addon-files\.ts$/],
  [/^src\/binding\.ts$/, /^src\/(addon(-failure)?|layout)\.ts$/],
  [/^src\/errors\.ts$/, /^src\/(binding|permission)\.ts$/],
  [/^src\/validate\.ts$/, /^src\/validate\/[a-z]+\.ts$/],
  [/^src\/validate\//, /^src\/(validate\/[a-z]+|closest|errors|types\/index)\.ts$/],
  [/^src\/users\.ts$/, /^src\/(binding|permission|types\/index)\.ts$/],
  [/^src\/table\//, /^src\/(table\/.*|types\/index|layout|errors|validate)\.ts$/],
  // What may be ended is advised by the guard that ending obeys.
  [
    /^src\/ports\/advice\.ts$/,
    /^src\/(ports\/(obstacles|port-check|rules)|processes\/(ancestry|facts|guard|types)|table\/snapshot)\.ts$/,
  ],
  [
    /^src\/ports\//,
    /^src\/(ports\/.*|types\/index|errors|layout|permission|users|validate|table\/(address|options|signal|snapshot))\.ts$/,
  ],
  [
    /^src\/processes\//,
    /^src\/(processes\/.*|types\/index|errors|validate|table\/(options|signal|snapshot)|ports\/server-sockets)\.ts$/,
  ],
  [
    /^src\/watch\//,
    /^src\/(watch\/.*|types\/index|errors|validate|table\/(counts|decode|options|receive|signal))\.ts$/,
  ],
  [
    /^src\/index\.ts$/,
    /^src\/(types\/index|errors|table\/(counts|snapshot)|(ports|processes|watch)\/.*)\.ts$/,
  ],
  // The words for a hidden owner are those of the library.
  [
    /^src\/cli\/(run\/|commands\/run\.ts$)/,
    /^src\/(cli\/.*|closest|index|permission|users|processes\/offspring)\.ts$/,
  ],
  [/^src\/cli\//, /^src\/(cli\/.*|closest|index|permission|users|ports\/server-sockets)\.ts$/],
]

const MAY_CALL_THE_ADDON =
  /^src\/(table\/(counts|options|snapshot|receive)|ports\/probe|processes\/[^/]*|watch\/[^/]*)\.ts$/

const LOADS_WHEN_NEEDED = /^src\/cli\/(main|command|subcommands)\.ts$/

const LOADS_THE_ADDON = /^src\/addon(-[a-z]+)?\.ts$/

describe('src', () => {
  test.each(files('src', /\.ts$/))('%s imports only from the rooms that it may', (name) => {
    const text = read(name)
    const imported = [/from '(\.[^']*)'/g, /\bimport\('(\.[^']*)'\)/g]
      .flatMap((pattern) => matches(text, pattern))
      .map((path) => relative(root, join(root, dirname(name), path)))
    const [, allowed] = MAY_IMPORT.find(([room]) => room.test(name)) ?? [undefined, /^$/]
    const reader = MAY_CALL_THE_ADDON.test(name)
    const wrong = imported.filter(
      (path) => !allowed.test(path) && !(reader && path === join('src', 'binding.ts')),
    )
    expect(wrong).toEqual([])
  })

  // What is imported in another way would escape the test above. The command alone loads its parts
  // when it needs them: its start is what people wait for.
  test.each(files('src', /\.ts$/))('%s imports at its top, by name', (name) => {
    if (!LOADS_WHEN_NEEDED.test(name)) expect(read(name)).not.toMatch(/\bimport\(/)
    expect(read(name)).not.toMatch(/\bimport\([^']|^import '/m)
    if (!LOADS_THE_ADDON.test(name)) expect(read(name)).not.toMatch(/\brequire\(/)
  })

  test('errors knows the addon by its types alone', () => {
    expect(read('src/errors.ts')).toContain("import type { NativeFailure } from './binding.ts'")
  })

  test('only addon.ts loads the addon, and nothing starts a process', () => {
    for (const name of files('src', /\.ts$/)) {
      const text = read(name)
      if (!LOADS_THE_ADDON.test(name)) expect(text, name).not.toMatch(/dlopen|\.node\b/)
      // A command that is asked to run a program runs it; the library never does.
      if (dirname(name) === join('src', 'cli', 'run')) continue
      expect(text, name).not.toMatch(/child_process|execa/)
    }
  })
})

describe('native', () => {
  const sources = files('native', /\.(cc|h)$/)

  test('only one room knows JavaScript', () => {
    const knowing = sources.filter((name) => /#include <(napi|node_api|node)/.test(read(name)))
    expect(knowing.length).toBeGreaterThan(0)
    expect(knowing.filter((name) => dirname(name) !== join('native', 'addon'))).toEqual([])
  })

  test('no file asks for the system that it is built for', () => {
    const asking = /#\s*(if|ifdef|ifndef|elif).*(__linux__|_WIN32|__APPLE__|__FreeBSD__)/
    expect(sources.filter((name) => asking.test(read(name)))).toEqual([])
  })

  test('the folder of a system includes only itself and what is common', () => {
    for (const name of sources.filter((path) => path.split('/').length === 3)) {
      const own = matches(read(name), /#include "([^"]*)"/g)
      const allowed = /^[a-z_]+\.h$|^\.\.\/(posix|core)\/[a-z_]+\.h$/
      const ofAddon = /^\.\.\/watch\/watcher\.h$/
      const asks = (path: string) =>
        allowed.test(path) || (dirname(name) === join('native', 'addon') && ofAddon.test(path))
      expect(
        own.filter((path) => !asks(path)),
        name,
      ).toEqual([])
    }
  })

  test('native/unsupported returns a failure from every function that can fail', () => {
    const stubs = files('native/unsupported', /\.cc$/).map(read).join('')
    expect(matches(stubs, /^Status (\w+)\(/gm).length).toBeGreaterThan(10)
    expect(stubs).not.toMatch(/Status::Ok|\btrue\b/)
  })

  test('what is common includes nothing of a system', () => {
    const common = sources.filter((path) => dirname(path) === join('native', 'core'))
    const ofSystem =
      /#include ["<](\.\.|(?!watch\/)[a-z]+\/|sys\/|unistd|fcntl|errno|windows|winsock)/
    expect(common.length).toBeGreaterThan(5)
    expect(common.filter((name) => ofSystem.test(read(name)))).toEqual([])
  })

  const listed = JSON.parse(read('native/sources.json')) as Readonly<Record<string, unknown>>
  const lists = Object.entries(listed)
    .filter(([name]) => name.endsWith('_sources'))
    .map(([name, paths]) => [name, paths as readonly string[]] as const)

  test('pure sources make no system call', () => {
    const calls = /(?<![.>:\w])(open|openat|read|recv|recvmsg|sendmsg|socket|ioctl|syscall)\(/
    const pure = lists.flatMap(([name, paths]) => (name.includes('_pure_') ? paths : []))
    expect(pure).toEqual(
      expect.arrayContaining(sources.filter((name) => name.endsWith('_parse.cc'))),
    )
    for (const name of pure) expect(read(name), name).not.toMatch(calls)
  })

  test('native/sources.json lists every source once, and binding.gyp builds every list', () => {
    const shipped = sources.filter((name) => name.endsWith('.cc'))
    const inLists = lists.flatMap(([, paths]) => paths)
    expect([...inLists].sort()).toEqual([...shipped].sort())
    const gyp = read('binding.gyp')
    for (const [name] of lists) {
      // Built as a check alone (scripts/lint-native.mjs): no addon is shipped that reads nothing.
      if (name !== 'unsupported_sources') expect(gyp).toContain(`"<@(${name})"`)
    }
  })

  test('the lists of a system name the files of its folder', () => {
    const folders = {
      common: /^native\/(addon|core|watch)\//,
      posix: /^native\/posix\//,
      linux: /^native\/linux\//,
      mac: /^native\/darwin\//,
      win: /^native\/windows\//,
      unsupported: /^native\/unsupported\//,
    }
    for (const [name, paths] of lists) {
      const [system] = name.split('_') as [keyof typeof folders]
      for (const path of paths) expect(path, name).toMatch(folders[system])
    }
  })
})

// scripts/build-types.mjs --check, a part of "npm run lint", compares the report with the declarations.
test('the package exports the names of the API report', () => {
  const report = read('docs/socktable.api.md')
  const names = matches(report, /^export (?:const|function) (\w+)/gm)
  expect(names.length).toBeGreaterThan(20)
  expect(Object.keys(socktable).sort()).toEqual(names.sort())
})
