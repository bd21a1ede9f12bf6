/** Finds the native addon and loads it. */

import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

// Bundlers that write CommonJS leave import.meta empty.
const here = (import.meta as Partial<ImportMeta>).dirname ?? __dirname
const root = resolve(here, '..')
const { platform, arch } = process

/** What is found out by files and reports, which a sandbox may keep from this process. */
function ask<Answer>(question: () => Answer, otherwise: Answer): Answer {
  try {
    return question()
  } catch {
    return otherwise
  }
}

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

/** The C libraries that an addon may be for, the likely one first; one, where that is known. */
function libcs(): readonly string[] {
  if (platform !== 'linux') return ['']
  return ask<readonly string[]>(() => (hasMusl() ? ['musl'] : ['glibc']), ['glibc', 'musl'])
}

/** Where an addon is below a folder, as prebuildify names it. */
function prebuilt(folder: string, libc: string): string {
  const { arm_version: armv } = process.config.variables as { arm_version?: string | number }
  const tags = [...(arch === 'arm' ? [`armv${armv ?? ''}`] : []), ...(libc === '' ? [] : [libc])]
  return join(folder, 'prebuilds', `${platform}-${arch}`, ['socktable', ...tags, 'node'].join('.'))
}

/** What knows all the names that an addon may have. */
function byNodeGypBuild(): string[] {
  const nodeGypBuild = createRequire(join(here, 'addon.js'))('node-gyp-build') as {
    resolve: (folder: string) => string
  }
  return [nodeGypBuild.resolve(root)]
}

/** The files that may be the addon, the best first; those that are not there among them. */
function candidates(): string[] {
  const asked = process.env['SOCKTABLE_ADDON']
  if (asked) return [resolve(asked)]
  const own = process.env['PREBUILDS_ONLY'] ? [] : ['Release', 'Debug']
  const files = [
    ...libcs().map((libc) => prebuilt(here, libc)), // beside the file that this one was bundled into
    ...own.map((folder) => join(root, 'build', folder, 'socktable.node')),
    ...libcs().map((libc) => prebuilt(root, libc)),
    ...ask(byNodeGypBuild, []),
  ]
  return [...new Set(files)]
}

/** A file that did not load, and why. */
interface Attempt {
  readonly file: string
  readonly cause: unknown
}

/** What keeps addons from being loaded at all, and how that is lifted. */
const OBSTACLES: readonly (readonly [pattern: RegExp, step: string])[] = [
  [
    /ERR_DLOPEN_DISABLED/,
    'Addons are switched off here: run Node.js with --allow-addons (with --permission), or without ' +
      '--no-addons.',
  ],
  [
    /ERR_ACCESS_DENIED/,
    `This process may not read it: run Node.js with --allow-addons and --allow-fs-read=${join(root, '*')}.`,
  ],
  [
    /NotCapable|PermissionDenied|Requires (ffi|read) access/,
    'Deno has to allow it: run it with --allow-ffi --allow-read --allow-env.',
  ],
]

const COMPILE =
  'To build one (on Linux, macOS or Windows), install a C++17 compiler, make and Python 3, then run ' +
  '"npm rebuild socktable".'

function stepFor(attempts: readonly Attempt[]): string {
  const words = attempts.map(({ cause }) => {
    const { code = '' } = cause as NodeJS.ErrnoException
    return `${code} ${String(cause)}`
  })
  return OBSTACLES.find(([pattern]) => words.some((text) => pattern.test(text)))?.[1] ?? COMPILE
}

function failure(attempts: readonly Attempt[]): Error {
  const [libc = ''] = libcs()
  const target = [platform, arch, ...(libc === '' ? [] : [libc])].join('-')
  const looked = `${join(root, 'build')}, ${join(root, 'prebuilds')} and ${join(here, 'prebuilds')}`
  const none = `looked in ${looked}; where socktable is bundled, its folder prebuilds belongs beside the bundle`
  const each = attempts.map(({ file, cause }) => {
    const [reason = ''] = String(cause).split('\n')
    return `${file} does not load (${reason})`
  })
  const what = attempts.length === 0 ? none : each.join('; ')
  const [first] = attempts
  const options = first === undefined ? {} : { cause: first.cause }
  const message = `socktable has no native addon for ${target}: ${what}. ${stepFor(attempts)}`
  return Object.assign(new Error(message, options), { code: 'ERR_SOCKTABLE_ADDON' })
}

/** A file that is not there is no attempt, unless it was asked for. */
function isMissing(file: string): boolean {
  return !process.env['SOCKTABLE_ADDON'] && ask(() => !existsSync(file), false)
}

/**
 * The first addon that loads and that `check` takes: a broken build, or one of an older version, does
 * not keep a good one from being used. Throws `ERR_SOCKTABLE_ADDON` where there is none.
 */
export function loadAddon<Addon>(check: (addon: unknown) => Addon): Addon {
  const attempts: Attempt[] = []
  for (const file of candidates()) {
    if (isMissing(file)) continue
    try {
      return check(createRequire(file)(file))
    } catch (cause) {
      attempts.push({ file, cause })
    }
  }
  throw failure(attempts)
}
