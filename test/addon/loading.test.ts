/** Which file of the addon is loaded, and what is said where none is. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { addonError } from '../../src/addon-failure.ts'
import { built } from '../support/build-folder.ts'
import {
  BUILT,
  goodAddon,
  type Outcome,
  packageWith,
  type PackageCopy,
} from '../support/package-lab.ts'
import { needs } from '../support/requirements.ts'

const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission'
const RELEASE = 'build/Release/socktable.node'
const DEBUG = 'build/Debug/socktable.node'
const { platform, arch } = process
const prebuiltFor = (libc: string) => `prebuilds/${platform}-${arch}/socktable.${libc}.node`
const [OWN, OTHER] = (process.report.getReport() as { header: { glibcVersionRuntime?: string } })
  .header.glibcVersionRuntime
  ? (['glibc', 'musl'] as const)
  : (['musl', 'glibc'] as const)
const PREBUILT = prebuiltFor(OWN)

const hasBuild = needs(existsSync(BUILT), 'build/Release (npm run build:native)')

const copies: PackageCopy[] = []
function packageOf(files: Parameters<typeof packageWith>[0]): PackageCopy {
  const copy = packageWith(files)
  copies.push(copy)
  return copy
}
afterEach(() => {
  for (const copy of copies.splice(0)) copy.remove()
})

const WORKS = { rows: 1 }

/** Expects an error that names `words` and does not send its reader to a compiler. */
function expectFlag({ rows, code, message, cause }: Outcome, flag: RegExp, reason: string): void {
  expect({ rows, code, cause: cause?.code }).toEqual({
    rows: null,
    code: 'ERR_SOCKTABLE_ADDON',
    cause: reason,
  })
  expect(message).toMatch(flag)
  expect(message).not.toMatch(/compiler|npm rebuild/)
}

/** Replaces functions of node:fs, as a filter of system calls does or the permission model. */
const refuse = (names: readonly string[], code = 'EPERM'): string => `
  const fs = require('node:fs')
  for (const name of ${JSON.stringify(names)}) {
    const own = fs[name]
    fs[name] = (path, ...rest) => {
      if (!/^\\/lib$|socktable/.test(String(path)) || /dist|package\\.json|use\\.cjs/.test(String(path))) {
        return own(path, ...rest)
      }
      throw Object.assign(new Error('${code}: refused'), { code: '${code}' })
    }
  }
  require('node:module').syncBuiltinESMExports()`

describe.skipIf(!hasBuild)('where questions about the system are refused', () => {
  test('under the permission model with addons allowed the addon loads', () => {
    const copy = packageOf({ [RELEASE]: goodAddon() })
    const reads = [`--allow-fs-read=${join(copy.folder, '*')}`]
    expect(copy.use({ flags: [PERMISSION, '--allow-addons', ...reads] })).toMatchObject(WORKS)
  })

  test('under the permission model a prebuilt file loads', () => {
    const copy = packageOf({ [PREBUILT]: goodAddon() })
    const reads = [`--allow-fs-read=${join(copy.folder, '*')}`]
    expect(copy.use({ flags: [PERMISSION, '--allow-addons', ...reads] })).toMatchObject(WORKS)
  })

  test('under the permission model that forbids to read prebuilds/ a file there loads', () => {
    const copy = packageOf({ [PREBUILT]: goodAddon() })
    const reads = ['dist/*', 'package.json', 'use.cjs'].map(
      (path) => `--allow-fs-read=${join(copy.folder, path)}`,
    )
    expect(copy.use({ flags: [PERMISSION, '--allow-addons', ...reads] })).toMatchObject(WORKS)
  })

  test.each([
    ['existsSync', 'readdirSync'],
    ['readdirSync'],
    ['existsSync'],
    ['openSync'],
    ['fstatSync', 'readSync'],
  ])('where %s %s fail with EPERM the addon loads', (...names) => {
    const copy = packageOf({ [PREBUILT]: goodAddon() })
    expect(copy.use({ before: refuse(names) })).toMatchObject(WORKS)
  })

  test('where readdirSync fails as under the permission model the addon loads', () => {
    const copy = packageOf({ [PREBUILT]: goodAddon() })
    expect(copy.use({ before: refuse(['readdirSync'], 'ERR_ACCESS_DENIED') })).toMatchObject(WORKS)
  })

  test.each([
    ['is undefined', 'Object.defineProperty(process, "report", { value: undefined });'],
    ['throws', 'process.report.getReport = () => { throw new Error("no") };'],
    ['is empty', 'process.report.getReport = () => ({});'],
  ])('where /lib is refused and the report %s, the file that loads is taken', (_, without) => {
    const unknown = `${without} ${refuse(['existsSync', 'readdirSync'])}`
    const own = packageOf({ [PREBUILT]: goodAddon() })
    expect(own.use({ before: unknown })).toMatchObject(WORKS)
    const other = packageOf({ [PREBUILT]: 'damaged', [prebuiltFor(OTHER)]: goodAddon() })
    expect(other.use({ before: unknown })).toMatchObject(WORKS)
  })

  test('a working folder that was removed prevents nothing', () => {
    const copy = packageOf({ [PREBUILT]: goodAddon() })
    const before = `const gone = require('node:fs').mkdtempSync('/tmp/socktable-gone-')
      process.chdir(gone); require('node:fs').rmdirSync(gone)`
    expect(copy.use({ before })).toMatchObject(WORKS)
    const env = { SOCKTABLE_ADDON: join(copy.folder, PREBUILT) }
    expect(copy.use({ before, env })).toMatchObject(WORKS)
  })
})

test.skipIf(!hasBuild)('neither the environment nor the reports of the process change', () => {
  const copy = packageOf({ [prebuiltFor('musl')]: goodAddon() })
  const before = `
    process.report.excludeNetwork = false
    process.report.getReport = () => ({ header: {} })
    const fs = require('node:fs')
    const own = fs.readdirSync
    fs.readdirSync = (path, ...rest) =>
      path === '/lib' ? ['ld-musl-x86_64.so.1'] : own(path, ...rest)
    require('node:module').syncBuiltinESMExports()
    const old = JSON.stringify(process.env)`
  const after = '[process.report.excludeNetwork, JSON.stringify(process.env) === old]'
  expect(copy.use({ before, after })).toMatchObject({ ...WORKS, after: [false, true] })
})

describe.skipIf(!hasBuild)('where Node.js refuses addons the error names the flag', () => {
  const files = () => ({ [RELEASE]: goodAddon(), [PREBUILT]: goodAddon() })
  const REMOVE = /start Node\.js without --no-addons.*NODE_OPTIONS.*execArgv/i

  test.each([[false], [true]])('permission model without --allow-addons, worker: %s', (thread) => {
    const copy = packageOf(files())
    const flags = [PERMISSION, `--allow-fs-read=${join(copy.folder, '*')}`, '--allow-worker']
    const outcome = copy.use({ flags, ...(thread && { worker: [] }) })
    expectFlag(outcome, /permission model.* start it with --allow-addons/, 'ERR_DLOPEN_DISABLED')
  })

  test('--no-addons on the command line, in NODE_OPTIONS, in the execArgv of a worker', () => {
    const copy = packageOf(files())
    expectFlag(copy.use({ flags: ['--no-addons'] }), REMOVE, 'ERR_DLOPEN_DISABLED')
    const env = { NODE_OPTIONS: '--no-addons' }
    expectFlag(copy.use({ env }), REMOVE, 'ERR_DLOPEN_DISABLED')
    expectFlag(copy.use({ worker: ['--no-addons'] }), REMOVE, 'ERR_DLOPEN_DISABLED')
    const asked = { SOCKTABLE_ADDON: join(copy.folder, RELEASE) }
    expectFlag(copy.use({ flags: ['--no-addons'], env: asked }), REMOVE, 'ERR_DLOPEN_DISABLED')
  })
})

/** Files that are no addon of this package here, by what is wrong with them. */
const BROKEN: Readonly<Record<string, () => Uint8Array | string>> = {
  text: () => 'not an addon',
  empty: () => '',
  'cut within what is loaded': () => goodAddon().subarray(0, 200_000),
  'cut within its header': () => goodAddon().subarray(0, 100),
  'of another processor': () => {
    const bytes = Buffer.from(goodAddon())
    bytes.writeUInt16LE(0xf3, 18) // e_machine: EM_RISCV
    return bytes
  },
  'of another version': () => {
    const file = built('other-version.node', (output) => {
      const source = 'void *napi_register_module_v1(void *env, void *exports) { return exports; }'
      const flags = ['-shared', '-fPIC', '-o', output, '-xc', '-']
      execFileSync(process.env['CC'] ?? 'cc', flags, { input: source })
    })
    return readFileSync(file)
  },
  'of a version with other rows': () => {
    const bytes = Buffer.from(goodAddon())
    bytes.write('row.sizf', bytes.indexOf('row.size\0'))
    return bytes
  },
  'that needs a library that is not there': () => {
    const file = built('needs-more.node', (output) => {
      const source = 'void other(void); void napi_register_module_v1(void) { other(); }'
      const flags = ['-shared', '-fPIC', '-Wl,-z,now', '-o', output, '-xc', '-']
      execFileSync(process.env['CC'] ?? 'cc', flags, { input: source })
    })
    return readFileSync(file)
  },
}

describe.skipIf(!hasBuild)('a file that does not load', () => {
  test.each(Object.keys(BROKEN))('%s, in build/Release: the prebuilt one is taken', (kind) => {
    const broken = (BROKEN[kind] as () => Uint8Array | string)()
    const copy = packageOf({ [RELEASE]: broken, [PREBUILT]: goodAddon() })
    expect(copy.use()).toMatchObject(WORKS)
  })

  test.each(Object.keys(BROKEN))('%s, alone: an error with the reason', (kind) => {
    const copy = packageOf({ [RELEASE]: (BROKEN[kind] as () => Uint8Array | string)() })
    const { rows, code, message, cause } = copy.use()
    expect({ rows, code }).toEqual({ rows: null, code: 'ERR_SOCKTABLE_ADDON' })
    expect(cause?.message).toBeTruthy()
    expect(message).toMatch(/build\/Release\/socktable\.node does not load \(\w*Error: .+\)/)
    expect(message).toMatch(/install a C\+\+17 compiler.*npm rebuild socktable/)
  })

  test.each(['of another version', 'of a version with other rows'])('%s is called that', (kind) => {
    const copy = packageOf({ [RELEASE]: (BROKEN[kind] as () => Uint8Array | string)() })
    expect(copy.use().message).toContain('It belongs to another version of the package.')
  })

  test('beside a bundle, in build/Release or build/Debug: the next one is taken', () => {
    const beside = `dist/${PREBUILT}`
    const order = [beside, RELEASE, DEBUG, PREBUILT]
    for (let broken = 1; broken < order.length; broken++) {
      const contents = order.map((path, at) => [path, at === broken ? goodAddon() : 'damaged'])
      const files = Object.fromEntries(contents) as Record<string, Uint8Array | string>
      expect(packageOf(files).use(), order[broken]).toMatchObject(WORKS)
    }
  })

  test('with PREBUILDS_ONLY builds of this machine are none of them', () => {
    const copy = packageOf({ [RELEASE]: goodAddon(), [DEBUG]: goodAddon(), [PREBUILT]: 'damaged' })
    const { code, message } = copy.use({ env: { PREBUILDS_ONLY: '1' } })
    expect(code).toBe('ERR_SOCKTABLE_ADDON')
    expect(message).not.toMatch(/Release|Debug/)
  })

  test('where none loads each is named with its reason', () => {
    const copy = packageOf({
      [RELEASE]: 'text',
      [DEBUG]: '',
      [PREBUILT]: goodAddon().subarray(0, 90_000),
    })
    const { message } = copy.use()
    expect(message).toMatch(
      /build\/Release\/socktable\.node does not load \(.*\); .*build\/Debug\/socktable\.node does not load \(.*\); .*prebuilds\/.*\.node does not load \(.*cut short.*\)/,
    )
    expect(message).toMatch(/reinstall the package/)
  })

  test('named by SOCKTABLE_ADDON it is the only one', () => {
    const copy = packageOf({ [RELEASE]: goodAddon(), [PREBUILT]: goodAddon(), 'mine.node': 'text' })
    for (const name of ['mine.node', 'nowhere.node']) {
      const { rows, code, message } = copy.use({
        env: { SOCKTABLE_ADDON: join(copy.folder, name) },
      })
      expect({ rows, code }).toEqual({ rows: null, code: 'ERR_SOCKTABLE_ADDON' })
      expect(message).toMatch(`${name} does not load`)
      expect(message).toMatch(/SOCKTABLE_ADDON names that file: correct it, or unset it/)
      expect(message).not.toMatch(/build\/Release|compiler/)
    }
  })
})

test.each([
  ['freebsd', 'x64', 'freebsd-x64'],
  ['linux', 'mips', `linux-mips-${OWN}`],
])('on %s %s the error says what was looked for and how to build', (system, cpu, target) => {
  const before = `Object.defineProperties(process, {
    platform: { value: '${system}' }, arch: { value: '${cpu}' } })`
  const { message, code } = packageOf({}).use({ before })
  expect(code).toBe('ERR_SOCKTABLE_ADDON')
  expect(message).toMatch(
    new RegExp(`^socktable has no native addon for ${target}: looked in .*build, .*prebuilds`),
  )
  expect(message).toMatch(/on Linux, macOS or Windows.*install a C\+\+17 compiler/)
})

describe('the next step for each cause', () => {
  const messageFor = (text: string, more: object = {}): string =>
    addonError({
      target: 'linux-x64-glibc',
      asked: false,
      failed: [{ file: '/app/x.node', cause: Object.assign(new Error(text), more) }],
    }).message
  const denied = {
    code: 'ERR_ACCESS_DENIED',
    permission: 'FileSystemRead',
    resource: '/app/x.node',
  }
  const notCapable = { name: 'NotCapable' }

  test.each([
    ['Access to this API has been restricted', denied, /--allow-fs-read=\/app\/\*/],
    [
      'Requires ffi access to "/x.node", run again with the --allow-ffi flag',
      notCapable,
      /Deno with --allow-ffi too/,
    ],
    [
      'Requires read access to "/x.node", run again with the --allow-read flag',
      notCapable,
      /Deno with --allow-read --allow-ffi too/,
    ],
  ])('%s: the flag, and no compiler', (text, more, flag) => {
    expect(messageFor(text, more)).toMatch(flag)
    expect(messageFor(text, more)).not.toMatch(/compiler/)
  })

  test.each([
    [
      "/lib/libc.so.6: version `GLIBC_2.34' not found (required by /x.node)",
      /older .*build the addon here/,
    ],
    ['libc.so: cannot open shared object file: No such file or directory', /another C library/],
    ['/usr/lib/x86_64-linux-gnu/libc.so: invalid ELF header', /another C library/],
    ['Error relocating /x.node: __snprintf_chk: symbol not found', /another C library/],
    ['/x.node: invalid ELF header', /damaged, or for another processor/],
    ['/x.node: wrong ELF class: ELFCLASS32', /another processor/],
    [
      'dlopen(/x.node, 0x0001): tried: "/x.node" (mach-o file, but is an incompatible architecture)',
      /another processor/,
    ],
    ['\\\\?\\C:\\x.node is not a valid Win32 application.', /another processor/],
    ['/x.node: failed to map segment from shared object', /noexec/],
    ['/x.node: file too short', /damaged: reinstall the package/],
  ])('%s', (text, advice) => {
    const message = messageFor(text, { code: 'ERR_DLOPEN_FAILED' })
    expect(message).toMatch(advice)
    expect(message).toMatch(/To build one .* compiler/)
  })
})
