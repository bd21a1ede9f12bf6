/** Loads the native addon. */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { debuglog } from 'node:util'
import { refuseCutElf } from './addon-elf.ts'
import { addonError, type FailedFile } from './addon-failure.ts'
import { addonFiles, choiceOfNodeGypBuild, ifAllowed, likelyLibcs } from './addon-files.ts'

const debug = debuglog('socktable')

/** The error of node-gyp-build, which says why there is no file. */
function absence(): unknown {
  try {
    return choiceOfNodeGypBuild()
  } catch (error) {
    return error
  }
}

/** Whether the error says that the file is not there. */
const isAbsent = (error: unknown): boolean =>
  (Object(error) as { code?: unknown }).code === 'MODULE_NOT_FOUND'

/**
 * Returns the result of `accept` for the first addon that loads and that it accepts, that is, does not
 * throw for. Throws `ERR_SOCKTABLE_ADDON` if there is none. If SOCKTABLE_ADDON names a file, only that
 * file is tried.
 */
export function loadAddon<Binding>(accept: (addon: unknown) => Binding): Binding {
  const { platform, arch } = process
  const libcs = likelyLibcs()
  const target = [platform, arch, ...(libcs.length === 1 ? libcs : [])].filter(Boolean).join('-')
  // Deno needs a permission to read the environment.
  const asked = ifAllowed(() => process.env['SOCKTABLE_ADDON']) ?? ''
  const files = asked === '' ? addonFiles(libcs) : [ifAllowed(() => resolve(asked)) ?? asked]

  const failed: FailedFile[] = []
  for (const file of files) {
    const there = ifAllowed(() => existsSync(file))
    if (there === false && asked === '') continue
    try {
      refuseCutElf(file)
      return accept(createRequire(file)(file))
    } catch (cause) {
      if (there === undefined && asked === '' && isAbsent(cause)) continue
      failed.push({ file, cause })
      debug('%s does not load, the next file is tried: %O', file, cause)
    }
  }
  throw addonError({
    ...{ target, failed, asked: asked !== '' },
    ...(failed.length === 0 && { absence: absence() }),
  })
}
