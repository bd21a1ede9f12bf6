// What native/sources.json says, for builds that node-gyp does not make.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../tools/run.mjs'

const listed = JSON.parse(readFileSync(join(root, 'native', 'sources.json'), 'utf8'))

const pathsIn = (...names) => names.flatMap((name) => listed[name]).map((path) => join(root, path))

/** Whose lists each system takes beside what is common. */
const LISTS = {
  linux: ['linux_pure_sources', 'linux_sources', 'posix_sources'],
  darwin: ['mac_pure_sources', 'mac_sources', 'posix_sources'],
  win32: ['win_pure_sources', 'win_sources'],
  // Where a new system starts from; built as a check alone.
  unsupported: ['unsupported_sources'],
}

/** The sources of the addon for a system as Node.js names it. */
export const addonSources = (platform) =>
  pathsIn('common_pure_sources', 'common_sources', ...LISTS[platform])

/** What asks no system anything, so that it runs anywhere. */
export const pureSources = pathsIn(...Object.keys(listed).filter((name) => name.includes('_pure_')))

/** The sources of the replay program or the fuzz target: all systems' parsers, and what they need. */
export function replaySources(main) {
  const folder = join(root, 'test', 'native')
  const tools = readdirSync(folder).filter((name) => /(?<!_main)\.cc$/.test(name))
  return [...pureSources, ...[...tools, main].map((name) => join(folder, name))]
}

/** The language and its warnings, for every compiler but MSVC. */
export const languageFlags = [`-std=${listed.cxx_standard}`, ...listed.warnings]

/** As binding.gyp has it: only where that is asked for, since later compilers warn of more. */
export const strictFlags = process.env.SOCKTABLE_WERROR === '1' ? ['-Werror'] : []

export const defines = listed.defines.map((each) => `-D${each}`)

/** What hides symbols and protects the stack. */
export const protectingFlags = listed.cflags

export const linuxFlags = { release: listed.linux_release_cflags, link: listed.linux_ldflags }

/** Libraries of Windows as other linkers than Microsoft's name them. */
export const windowsLibraries = listed.win_libraries.map((name) => name.replace(/\.lib$/, ''))
