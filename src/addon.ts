/** Finds the native addon and loads it. */

import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

// Bundlers that write CommonJS leave import.meta empty.
const here = (import.meta as Partial<ImportMeta>).dirname ?? __dirname

/** True on every Linux whose C library is musl. */
function hasMusl(): boolean {
  // NixOS has no such folder, and glibc.
  if (!existsSync('/lib')) return false
  // Its loader is there; but also where somebody installed musl beside glibc.
  if (!readdirSync('/lib').some((name) => name.startsWith('ld-musl-'))) return false
  // It would look the names of all peers up.
  const report = Object.assign(process.report, { excludeNetwork: true })
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined
}

/** Where the addon may be, the best first. */
function places(libc: string): string[] {
  const asked = process.env['SOCKTABLE_ADDON']
  if (asked) return [resolve(asked)]
  const { platform, arch } = process
  // The names are those of prebuildify. A processor older than ARMv7 would stop at some instruction.
  const { arm_version: armv } = process.config.variables as { arm_version?: string | number }
  const tags = [...(arch === 'arm' ? [`armv${armv ?? ''}`] : []), ...(libc === '' ? [] : [libc])]
  const prebuilt = join(
    'prebuilds',
    `${platform}-${arch}`,
    ['socktable', ...tags, 'node'].join('.'),
  )
  const built = ['Release', 'Debug'].map((name) => join('build', name, 'socktable.node'))
  return [
    ...[...built, prebuilt].map((name) => join(here, '..', name)),
    // Beside a file that this one was bundled into.
    join(here, prebuilt),
  ]
}

const SYSTEMS = ['linux', 'darwin', 'win32']

/** The addon of this system, whatever its version; throws `ERR_SOCKTABLE_ADDON` where none loads. */
export function loadAddon(): unknown {
  const { platform, arch } = process
  const libc = platform !== 'linux' ? '' : hasMusl() ? 'musl' : 'glibc'
  const target = [platform, arch, ...(libc === '' ? [] : [libc])].join('-')
  const fail = (what: string, cause?: unknown): never => {
    const next = SYSTEMS.includes(platform)
      ? 'To build one, install a C++17 compiler, make and Python 3, then run "npm rebuild socktable"'
      : 'There is none to build either: it knows Linux, macOS and Windows'
    const error = new Error(`socktable has no native addon for ${target}: ${what}. ${next}.`, {
      cause,
    })
    throw Object.assign(error, { code: 'ERR_SOCKTABLE_ADDON' })
  }

  const looked = places(libc)
  const file = looked.find((place) => existsSync(place))
  if (file === undefined) {
    return fail(
      `looked for ${looked.join(', ')}. Where socktable is bundled, its folder prebuilds belongs ` +
        'beside the bundle',
    )
  }
  try {
    return createRequire(file)(file)
  } catch (cause) {
    return fail(`${file} does not load (${String(cause)})`, cause)
  }
}
