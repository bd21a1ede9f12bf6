/** Finds the native addon and loads it. */

import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

// Bundlers that write CommonJS leave import.meta empty.
const here = (import.meta as Partial<ImportMeta>).dirname ?? __dirname
const root = resolve(here, '..')
const { platform, arch } = process

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

/** Where the addon is that was put beside the file that this one was bundled into. */
function besideBundle(libc: string): string {
  const { arm_version: armv } = process.config.variables as { arm_version?: string | number }
  // As prebuildify names it.
  const tags = [...(arch === 'arm' ? [`armv${armv ?? ''}`] : []), ...(libc === '' ? [] : [libc])]
  return join(here, 'prebuilds', `${platform}-${arch}`, ['socktable', ...tags, 'node'].join('.'))
}

/** The path of the addon; throws where there is none. */
function find(libc: string): string {
  const asked = process.env['SOCKTABLE_ADDON']
  if (asked) return resolve(asked)
  const bundled = besideBundle(libc)
  if (existsSync(bundled)) return bundled
  // It knows the musl of Alpine alone, and would take the file for glibc elsewhere.
  if (libc === 'musl') process.env['LIBC'] ??= libc
  const nodeGypBuild = createRequire(join(here, 'addon.js'))('node-gyp-build') as {
    resolve: (folder: string) => string
  }
  return nodeGypBuild.resolve(root)
}

/** The addon of this system, whatever its version; throws `ERR_SOCKTABLE_ADDON` where none loads. */
export function loadAddon(): unknown {
  const libc = platform !== 'linux' ? '' : hasMusl() ? 'musl' : 'glibc'
  const target = [platform, arch, ...(libc === '' ? [] : [libc])].join('-')
  const fail = (what: string, cause: unknown): Error => {
    const error = new Error(
      `socktable has no native addon for ${target}: ${what}. To build one (on Linux, macOS or ` +
        'Windows), install a C++17 compiler, make and Python 3, then run "npm rebuild socktable".',
      { cause },
    )
    return Object.assign(error, { code: 'ERR_SOCKTABLE_ADDON' })
  }

  let file: string
  try {
    file = find(libc)
  } catch (cause) {
    const looked = `${join(root, 'build')}, ${join(root, 'prebuilds')} and ${join(here, 'prebuilds')}`
    const bundles = 'where socktable is bundled, its folder prebuilds belongs beside the bundle'
    throw fail(`looked in ${looked}; ${bundles}`, cause)
  }
  try {
    return createRequire(file)(file)
  } catch (cause) {
    const [reason] = String(cause).split('\n')
    throw fail(`${file} does not load (${reason ?? ''})`, cause)
  }
}
