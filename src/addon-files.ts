/** Where files of the native addon may be, in the order in which they are tried. */

import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

// Bundlers that write CommonJS leave import.meta empty.
const here = (import.meta as Partial<ImportMeta>).dirname ?? __dirname
export const packageFolder: string = resolve(here, '..')

/** Whose prebuilt files fit this process; more than one where its C library is not known. */
export type Libc = 'glibc' | 'musl' | ''

/**
 * What `ask` answers, or undefined where it fails: permission models of Node.js and Deno and filters
 * of system calls forbid what is asked here, and what the addon is loaded for has to go on.
 */
export function ifAllowed<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

/** The version of glibc that runs this process, null where the report has none, else undefined. */
function glibcVersion(): string | null | undefined {
  return ifAllowed(() => {
    const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean }
    const { excludeNetwork } = report
    // It would look up the names of all peers.
    report.excludeNetwork = true
    try {
      const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } }
      return header && (header.glibcVersionRuntime ?? null)
    } finally {
      // Other reports of this process are not ours to change.
      if (excludeNetwork === undefined) delete report.excludeNetwork
      else report.excludeNetwork = excludeNetwork
    }
  })
}

/** Whether the loader of musl is installed, and maybe glibc beside it; undefined if not known. */
function hasLoaderOfMusl(): boolean | undefined {
  return ifAllowed(() => {
    // NixOS has no such folder, and glibc.
    if (!existsSync('/lib')) return false
    return readdirSync('/lib').some((name) => name.startsWith('ld-musl-'))
  })
}

/** The C libraries whose files are tried, the likelier first. */
export function likelyLibcs(): readonly Libc[] {
  if (process.platform !== 'linux') return ['']
  const musl = hasLoaderOfMusl()
  if (musl === false) return ['glibc']
  const version = glibcVersion()
  if (typeof version === 'string') return ['glibc']
  if (musl && version === null) return ['musl']
  // The file for another C library does not load: of glibc it takes symbols that musl lacks, and
  // of musl a libc.so that is no library where glibc is.
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

/** What node-gyp-build finds: a build of this machine, or else a prebuilt file; throws for none. */
export function choiceOfNodeGypBuild(): string {
  const nodeGypBuild = createRequire(join(here, 'addon.js'))('node-gyp-build') as {
    resolve: (folder: string) => string
  }
  return nodeGypBuild.resolve(packageFolder)
}

/** The same where it may fit this process: it knows the musl of Alpine alone, and else takes glibc's. */
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
  // node-gyp-build takes this for another folder than the package's.
  if (ifAllowed(() => process.env['SOCKTABLE_PREBUILD'])) yield* fittingChoice(libcs)
  // Where node-gyp-build looks, in its order; loading it takes as long as loading the addon.
  const builds = ifAllowed(() => process.env['PREBUILDS_ONLY']) ? [] : ['Release', 'Debug']
  yield* builds.map(build)
  yield* prebuiltIn(packageFolder)
  yield* prebuiltIn(dirname(process.execPath))
  // It knows other names too, as of a build that was renamed.
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

/** The folders that are looked into. */
export const FOLDERS: readonly string[] = [
  join(packageFolder, 'build'),
  join(packageFolder, 'prebuilds'),
  join(here, 'prebuilds'),
]
