/** What is said where no file of the native addon loads: why, and the next step for each cause. */

import { dirname, join } from 'node:path'
import { FOLDERS, ifAllowed, packageFolder } from './addon-files.ts'

/** A file that is there, or may be, and why it is of no use. */
export interface FailedFile {
  readonly file: string
  readonly cause: unknown
}

export interface NothingLoaded {
  /** Such as linux-x64-glibc. */
  readonly target: string
  readonly failed: readonly FailedFile[]
  /** Whether the environment variable SOCKTABLE_ADDON named the only file. */
  readonly asked: boolean
  /** Why there is no file, where there is none. */
  readonly absence?: unknown
}

/** Marks the error of an addon that loads and belongs to other JavaScript. */
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

/** How to allow what Node.js was configured to refuse: loading addons at all. */
function addonsRefused(): string {
  const options = ifAllowed(() => process.env['NODE_OPTIONS']) ?? ''
  const words = [...process.execArgv, ...options.split(/\s+/)]
  const places = 'on its command line, in NODE_OPTIONS or in the execArgv of a Worker'
  if (words.includes('--no-addons')) return `Start Node.js without --no-addons (${places}).`
  // @types/node has it from a later version on.
  const { permission } = process as { permission?: unknown }
  if (permission !== undefined) {
    return 'Node.js runs with its permission model: start it with --allow-addons too.'
  }
  // A Worker with execArgv of its own does not see the permission model, and is ruled by it.
  return (
    'Node.js refuses all addons. If it runs with its permission model, start it with --allow-addons; ' +
    `else start it without --no-addons (${places}).`
  )
}

/** The flag of the runtime that stands between the addon and this process, if it is that. */
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

/** What is wrong with a file by the words of loaders, and what helps. */
const ADVICE: readonly [words: RegExp, advice: string][] = [
  [
    /version [`']?GLIBC_[\d.]+'? not found/,
    'The C library of this system is older than the one that the file was built for: build it here.',
  ],
  [
    /failed to map segment|Operation not permitted|Permission denied|EACCES|EPERM/,
    'The system refuses to run code of that file: it may be on a file system that is mounted ' +
      'noexec, or not readable by this user.',
  ],
  [
    /libc\.so|libc\.musl|ld-musl|ld-linux|Error loading shared library|Error relocating/,
    'The file is for another C library (glibc or musl) than this process has: install the package ' +
      'again on this system.',
  ],
  [/cut short|file too short|truncated/, 'The file is damaged: install the package again.'],
  [
    /ELF class|ELF header|ELF file|ELF machine|cannot open shared object|Exec format|incompatible architecture|valid Win32|mach-o/i,
    'The file is damaged, or for another processor or system: install the package again on this ' +
      'system, and copy no node_modules between systems.',
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
