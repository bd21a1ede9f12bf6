/** The error if no file of the native addon loads: the reasons, and what to do about each. */

import { dirname, join } from 'node:path'
import { FOLDERS, ifAllowed, packageFolder } from './addon-files.ts'

/** A file that exists, or may exist, and why it could not be used. */
export interface FailedFile {
  readonly file: string
  readonly cause: unknown
}

export interface NothingLoaded {
  /** Such as linux-x64-glibc. */
  readonly target: string
  readonly failed: readonly FailedFile[]
  /** Whether only the file in the environment variable SOCKTABLE_ADDON was tried. */
  readonly asked: boolean
  /** Why there is no file, if none was found. */
  readonly absence?: unknown
}

/** The code of the error for an addon that loads but belongs to another version of the package. */
export const OTHER_VERSION = 'ERR_SOCKTABLE_ADDON_VERSION'

const BUILD =
  'To build one (on Linux, macOS or Windows), install a C++17 compiler, make and Python 3, then run ' +
  '"npm rebuild socktable".'

interface Named {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly permission?: unknown
}

function partsOf(cause: unknown): { name: string; code: string; text: string; permission: string } {
  const { name, code, message, permission } = Object(cause) as Named
  return {
    name: String(name),
    code: String(code),
    text: typeof message === 'string' ? message : String(cause),
    permission: String(permission),
  }
}

const quoted = (flag: string): string => (/[\s*]/.test(flag) ? `"${flag}"` : flag)

/** What to do where Node.js is configured to refuse all addons. */
function addonsRefused(): string {
  const options = ifAllowed(() => process.env['NODE_OPTIONS']) ?? ''
  const words = [...process.execArgv, ...options.split(/\s+/)]
  const places = 'on its command line, in NODE_OPTIONS or in the execArgv of a Worker'
  if (words.includes('--no-addons')) return `Start Node.js without --no-addons (${places}).`
  // Only later versions of @types/node declare it.
  const { permission } = process as { permission?: unknown }
  if (permission !== undefined) {
    return 'Node.js runs with its permission model: start it with --allow-addons too.'
  }
  // The permission model applies to a Worker with its own execArgv, which can't see that it does.
  return (
    'Node.js refuses all addons. If it runs with its permission model, start it with --allow-addons; ' +
    `else start it without --no-addons (${places}).`
  )
}

/** Which flag of the runtime would allow the addon to load; null if no flag is the reason. */
function flagFor({ file, cause }: FailedFile): string | null {
  const { name, code, text, permission } = partsOf(cause)
  if (code === 'ERR_DLOPEN_DISABLED') return addonsRefused()
  if (code === 'ERR_ACCESS_DENIED') {
    if (permission !== 'undefined' && permission !== 'FileSystemRead') {
      return `Node.js runs with its permission model, which refuses ${permission}: allow that too.`
    }
    const folder = file.startsWith(packageFolder) ? packageFolder : dirname(file)
    const flag = quoted(`--allow-fs-read=${join(folder, '*')}`)
    return `Node.js runs with its permission model: start it with ${flag} too.`
  }
  // Deno 2 and Deno 1.
  if (name === 'NotCapable' || (name === 'PermissionDenied' && text.includes('--allow-'))) {
    const [flag = '--allow-ffi'] = /--allow-[a-z]+/.exec(text) ?? []
    const flags = flag === '--allow-ffi' ? flag : '--allow-read --allow-ffi'
    return `Start Deno with ${flags} too.`
  }
  return null
}

/** What is wrong with a file and what to do, by the message of the loader. */
const ADVICE: readonly [words: RegExp, advice: string][] = [
  [
    /version [`']?GLIBC_[\d.]+'? not found/,
    'The C library of this system is older than the one that the file was built for: build the addon here.',
  ],
  [
    /failed to map segment|Operation not permitted|Permission denied|EACCES|EPERM/,
    'The system refuses to run code from that file: it may be on a file system that is mounted ' +
      'noexec, or not readable by this user.',
  ],
  [
    /libc\.so|libc\.musl|ld-musl|ld-linux|Error loading shared library|Error relocating/,
    'The file is for another C library (glibc or musl) than that of this process: reinstall the ' +
      'package on this system.',
  ],
  [/cut short|file too short|truncated/, 'The file is damaged: reinstall the package.'],
  [
    /ELF class|ELF header|ELF file|ELF machine|cannot open shared object|Exec format|incompatible architecture|valid Win32|mach-o/i,
    'The file is damaged, or for another processor or system: reinstall the package on this system, ' +
      'and do not copy node_modules between systems.',
  ],
  [
    /NODE_MODULE_VERSION|did not self-register/,
    'The file was built for another version of Node.js.',
  ],
]

function adviceFor({ cause }: FailedFile): string | undefined {
  const { code, text } = partsOf(cause)
  if (code === OTHER_VERSION) return 'It belongs to another version of the package.'
  return ADVICE.find(([words]) => words.test(text))?.[1]
}

function describe({ file, cause }: FailedFile): string {
  const [reason = ''] = String(cause).split('\n')
  return `${file} does not load (${reason})`
}

function messageOf({ target, failed, asked }: NothingLoaded): string {
  if (failed.length === 0) {
    return (
      `socktable has no native addon for ${target}: looked in ${FOLDERS.join(', ')}; where socktable ` +
      `is bundled, its folder prebuilds belongs beside the bundle. ${BUILD}`
    )
  }
  const reasons = failed.map(describe).join('; ')
  const advice = new Set(failed.flatMap((each) => adviceFor(each) ?? []))
  const last = asked
    ? 'The environment variable SOCKTABLE_ADDON names that file: correct it, or unset it so that the ' +
      'addon of the package is loaded.'
    : BUILD
  return [`socktable has no native addon for ${target}: ${reasons}.`, ...advice, last].join(' ')
}

/** The error to throw, `ERR_SOCKTABLE_ADDON`. */
export function addonError(what: NothingLoaded): Error {
  const code = 'ERR_SOCKTABLE_ADDON'
  for (const each of what.failed) {
    const flag = flagFor(each)
    if (flag === null) continue
    const message = `socktable may not load its native addon: ${describe(each)}. ${flag}`
    return Object.assign(new Error(message, { cause: each.cause }), { code })
  }
  const cause = what.failed[0]?.cause ?? what.absence
  return Object.assign(new Error(messageOf(what), { cause }), { code })
}
