/** Where the addon cannot be loaded as usual: what is tried next, and what is said. */

import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
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
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'socktable-test-'))
const addon = join(root, 'build/Release/socktable.node')
const release = join(folder, 'build/Release/socktable.node')
const prebuild = join(folder, `prebuilds/linux-${process.arch}/socktable.glibc.node`)

beforeAll(() => {
  for (const part of ['dist', 'package.json', 'node_modules/node-gyp-build']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  mkdirSync(join(release, '..'), { recursive: true })
  mkdirSync(join(prebuild, '..'), { recursive: true })
  copyFileSync(addon, prebuild)
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const CODE = `
  try { console.log(JSON.stringify({ source: m.listSocketsSync({ owners: 'none' }).source })) }
  catch ({ code, message, cause }) { console.log(JSON.stringify({ code, message, cause: cause?.code })) }`

interface Answer {
  readonly source?: string
  readonly code?: string
  readonly message?: string
  readonly cause?: string
}

function load(flags: readonly string[] = []): Answer {
  const file = join(folder, 'run.cjs')
  writeFileSync(file, `const m = require('./dist/index.js');${CODE}`)
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'SOCKTABLE_ADDON'),
  )
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, file], {
    encoding: 'utf8',
    env,
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Answer
}

describe('a build that does not load leaves the prebuilt addon', () => {
  test('where it is broken', () => {
    writeFileSync(release, 'no addon')
    expect(load()).toEqual({ source: 'sock_diag' })
  })

  test('where it is one of another version', () => {
    const bytes = readFileSync(addon)
    const at = bytes.indexOf('row.size\0')
    expect(at).toBeGreaterThan(0)
    bytes.write('row.sizf', at)
    writeFileSync(release, bytes)
    expect(load()).toEqual({ source: 'sock_diag' })
    rmSync(prebuild)
    const { code, message } = load()
    copyFileSync(addon, prebuild)
    expect(code).toBe('ERR_SOCKTABLE_ADDON')
    expect(message).toContain('another version')
  })
})

test('each file that does not load is named with its reason', () => {
  writeFileSync(release, 'no addon')
  rmSync(prebuild)
  const { code, message } = load()
  copyFileSync(addon, prebuild)
  expect(code).toBe('ERR_SOCKTABLE_ADDON')
  expect(message).toMatch(
    /build\/Release\/socktable\.node does not load \(Error: .*C\+\+17 compiler/,
  )
})

describe('what keeps addons from being loaded is named by its flag', () => {
  const PERMISSION =
    Number(process.versions.node.split('.')[0]) < 23 ? '--experimental-permission' : '--permission'

  test('--no-addons', () => {
    const { code, message, cause } = load(['--no-addons'])
    expect({ code, cause }).toEqual({ code: 'ERR_SOCKTABLE_ADDON', cause: 'ERR_DLOPEN_DISABLED' })
    expect(message).toContain('--no-addons')
    expect(message).not.toContain('compiler')
  })

  test('the permission model without --allow-addons', () => {
    const { code, message } = load([PERMISSION, '--allow-fs-read=*'])
    expect(code).toBe('ERR_SOCKTABLE_ADDON')
    expect(message).toContain('--allow-addons')
    expect(message).not.toContain('compiler')
  })

  test('the permission model that lets this package alone be read', () => {
    rmSync(release)
    const flags = [PERMISSION, '--allow-addons', `--allow-fs-read=${join(folder, '*')}`]
    expect(load(flags)).toEqual({ source: 'sock_diag' })
  })
})

test('a /lib that may not be listed is no obstacle', () => {
  const preload = join(folder, 'preload.cjs')
  // As the permission model does it, and seccomp by another code.
  writeFileSync(
    preload,
    `const fs = require('fs')
     fs.readdirSync = () => { throw Object.assign(new Error('denied'), { code: 'ERR_ACCESS_DENIED' }) }
     require('module').syncBuiltinESMExports()`,
  )
  expect(load(['--require', preload])).toEqual({ source: 'sock_diag' })
})
