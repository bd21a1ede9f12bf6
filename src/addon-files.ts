/** The files of the native addon, in the order in which they are tried. */

import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

// Bundlers that write CommonJS leave import.meta empty.
const here = (import.meta as Partial<ImportMeta>).dirname ?? __dirname
export const packageFolder: string = resolve(here, '..')

/** The C library that a prebuilt file needs; empty on systems with one C library. */
export type Libc = 'glibc' | 'musl' | ''

/**
 * The result of `ask`, or undefined if it throws: the permission models of Node.js and Deno, and filters
 * of system calls, may forbid such questions, but the addon can be loaded without their answers.
 */
export function ifAllowed<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

/** The version of this process's glibc; null if the report has none, undefined if there is no report. */
function glibcVersion(): string | null | undefined {
  return ifAllowed(() => {
    const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
    const { excludeNetwork } = report
    // Otherwise the report would look up the names of all peers.
    report.excludeNetwork = true
    try {
      const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
      return header && (header.glibcVersionRuntime ?? null)
    } finally {
      // Later reports of this process must be as the program wants them.
      if (excludeNetwork === undefined) delete report.excludeNetwork
      else report.excludeNetwork = excludeNetwork
    }
  })
}

/** Whether the loader of musl is installed, perhaps in addition to glibc's; undefined if unknown. */
function hasLoaderOfMusl(): boolean | undefined {
  return ifAllowed(() => {
    // NixOS has no such folder, and uses glibc.
    if (!existsSync('/lib')) return false
    return readdirSync('/lib').some((name) => name.startsWith('ld-musl-'))
  })
}

/** The C libraries whose files are tried, the most likely first; more than one if it is unknown. */
export function likelyLibcs(): readonly Libc[] {
  if (process.platform !== 'linux') return ['']
  const musl = hasLoaderOfMusl()
  if (musl === false) return ['glibc']
  const version = glibcVersion()
  if (typeof version === 'string') return ['glibc']
  if (musl && version === null) return ['musl']
  // A file for the wrong C library fails to load, so trying both is safe: one for glibc needs symbols
  // that musl lacks, and one for musl needs libc.so, which is not a library on systems with glibc.
  return ['glibc', 'musl']
}

/** The prebuilt addon in `folder`, as prebuildify names it. */
function prebuilt(folder: string, libc: Libc): string {
  const { platform, arch } = process
  const variables = ifAllowed(() => process.config.variables as { arm_version?: string | number })
  const tags = [...(arch === 'arm' ? [`armv${variables?.arm_version ?? 7}`] : []), libc]
  const name = ['socktable', ...tags.filter((tag) => tag !== ''), 'node'].join('.')
  return join(folder, 'prebuilds', `${platform}-${arch}`, name)
}

/** The file that node-gyp-build chooses: a local build, else a prebuilt file. Throws if there is none. */
export function choiceOfNodeGypBuild(): string {
  const nodeGypBuild = createRequire(join(here, 'addon.js'))('node-gyp-build') as {
    resolve: (folder: string) => string
  }
  return nodeGypBuild.resolve(packageFolder)
}

/** That file if it may fit this process: node-gyp-build detects musl only on Alpine, else assumes glibc. */
function* fittingChoice(libcs: readonly Libc[]): Generator<string> {
  const chosen = ifAllowed(choiceOfNodeGypBuild)
  if (chosen === undefined) return
  const [, libc] = /\.(glibc|musl)\.node$/.exec(chosen) ?? []
  if (libc === undefined || libcs.includes(libc as Libc)) yield chosen
}

function* candidates(libcs: readonly Libc[]): Generator<string> {
  const prebuiltIn = (folder: string): string[] => libcs.map((libc) => prebuilt(folder, libc))
  const build = (kind: string): string => join(packageFolder, 'build', kind, 'socktable.node')
  yield* prebuiltIn(here)
  // node-gyp-build then searches the folder that this variable names instead of the package.
  if (ifAllowed(() => process.env['SOCKTABLE_PREBUILD'])) yield* fittingChoice(libcs)
  // The places of node-gyp-build in its order, since loading it takes as long as loading the addon.
  const builds = ifAllowed(() => process.env['PREBUILDS_ONLY']) ? [] : ['Release', 'Debug']
  yield* builds.map(build)
  yield* prebuiltIn(packageFolder)
  yield* prebuiltIn(dirname(process.execPath))
  // node-gyp-build accepts other names too, such as that of a renamed build.
  yield* fittingChoice(libcs)
}

/** The files to try, each once; some may not exist. */
export function* addonFiles(libcs: readonly Libc[]): Generator<string> {
  const seen = new Set<string>()
  for (const file of candidates(libcs)) {
    if (!seen.has(file)) yield file
    seen.add(file)
  }
}

/** The folders that are searched. */
export const FOLDERS: readonly string[] = [
  join(packageFolder, 'build'),
  join(packageFolder, 'prebuilds'),
  join(here, 'prebuilds'),
]
