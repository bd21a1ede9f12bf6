/** How the command starts: what it loads, and where V8 may keep what it compiled. */

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'socktable-start-'))
const cache = join(folder, 'cache')
const note = join(folder, 'note')

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => {
  rmSync(cache, { recursive: true, force: true })
  rmSync(note, { force: true })
})

interface Start {
  readonly main?: string
  /** CommonJS that runs first, and may write to NOTE. */
  readonly before?: string
  readonly env?: Readonly<Record<string, string>>
}

function start(words: readonly string[], { main, before = '', env = {} }: Start = {}) {
  const preload = join(folder, 'before.cjs')
  writeFileSync(preload, `const NOTE = ${JSON.stringify(note)};${before}`)
  const command = main ?? join(root, 'dist', 'cli', 'main.js')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', preload, command, ...words],
    { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: cache, ...env } },
  )
  return { status, stdout, stderr }
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  version: string
}

test.each(['--version', '-V'])('%s is answered before the command is loaded', (word) => {
  mkdirSync(join(folder, 'dist', 'cli'), { recursive: true })
  for (const name of ['package.json', join('dist', 'cli', 'package.json')]) {
    cpSync(join(root, name), join(folder, name))
  }
  const main = join(folder, 'dist', 'cli', 'main.js')
  cpSync(join(root, 'dist', 'cli', 'main.js'), main)
  expect(start([word], { main })).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  expect(start(['--help'], { main }).stderr).toContain('command.js')
})

test.each([['--help'], ['list', '--json'], ['who', '1']])(
  'socktable %s loads nothing that other commands alone need',
  (...words) => {
    start(words, {
      before: `process.on('exit', () =>
        require('node:fs').writeFileSync(NOTE, process.moduleLoadList.join('\\n')))`,
    })
    const loaded = readFileSync(note, 'utf8').split('\n')
    expect(loaded).toContain('NativeModule util')
    const heavy = ['child_process', 'dns', 'internal/dns/promises', 'readline', 'worker_threads']
    expect(loaded.filter((name) => heavy.includes(name.replace('NativeModule ', '')))).toEqual([])
  },
)

describe("V8's compile cache", () => {
  // Node.js 20 has none: what would be called stands in for it.
  const RECORD = `require('node:module').enableCompileCache =
    (to) => require('node:fs').writeFileSync(NOTE, to)`

  function chosen(env: Readonly<Record<string, string>> = {}): string | null {
    const { status } = start(['--help'], { before: RECORD, env })
    expect(status).toBe(0)
    try {
      return readFileSync(note, 'utf8')
    } catch {
      return null
    }
  }

  test("is kept in the user's folder for caches", () => {
    mkdirSync(cache, { mode: 0o755 })
    expect(chosen()).toBe(join(cache, 'socktable', 'compiled'))
    mkdirSync(join(folder, '.cache'), { mode: 0o700, recursive: true })
    expect(chosen({ XDG_CACHE_HOME: '', HOME: folder })).toBe(
      join(folder, '.cache', 'socktable', 'compiled'),
    )
  })

  test('is not kept where the user has no folder for caches', () => {
    expect(chosen()).toBeNull()
    expect(chosen({ XDG_CACHE_HOME: '', HOME: '' })).toBeNull()
  })

  test('is not kept in a folder that others can write to', () => {
    mkdirSync(cache)
    chmodSync(cache, 0o777)
    expect(chosen()).toBeNull()
  })

  test.runIf(process.getuid?.() === 0)("is not kept in another user's folder, as with sudo", () => {
    mkdirSync(cache, { mode: 0o755 })
    chownSync(cache, 1000, 1000)
    expect(chosen()).toBeNull()
  })

  test('may fail without harm', () => {
    mkdirSync(cache, { mode: 0o755 })
    const before = "require('node:module').enableCompileCache = () => { throw new Error('no') }"
    const { status, stderr } = start(['--help'], { before })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('may be absent from Node.js', () => {
    const before = "delete require('node:module').enableCompileCache"
    expect(start(['--help'], { before }).status).toBe(0)
  })
})
