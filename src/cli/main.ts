#!/usr/bin/env node
/** Starts the command: slow parts load through V8's compile cache, or not at all. */

import { statSync, writeSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { join } from 'node:path'

/** The folder for what this user's programs can make again. */
function cacheFolder(): string | undefined {
  const { HOME, LOCALAPPDATA, XDG_CACHE_HOME } = process.env
  if (process.platform === 'win32') return LOCALAPPDATA
  if (XDG_CACHE_HOME !== undefined && XDG_CACHE_HOME !== '') return XDG_CACHE_HOME
  if (HOME === undefined || HOME === '') return undefined
  return process.platform === 'darwin' ? join(HOME, 'Library', 'Caches') : join(HOME, '.cache')
}

/**
 * True for a folder that this user alone can write to. Who can write the compiled code of a program can
 * run code as its user: Node's default is in /tmp, and with sudo $HOME may still be another user's.
 */
function isOwn(folder: string): boolean {
  const { uid, mode } = statSync(folder)
  return process.platform === 'win32' || (uid === process.getuid?.() && (mode & 0o022) === 0)
}

/** Lets V8 keep what it compiled for the next start. Node.js 22.8 and later can; no folder is no error. */
function enableCompileCache(): void {
  // @types/node has it from a later version on. NODE_DISABLE_COMPILE_CACHE makes it do nothing.
  const { enableCompileCache: enable } = module as { enableCompileCache?: (to: string) => unknown }
  if (enable === undefined) return
  try {
    const folder = cacheFolder()
    if (folder !== undefined && isOwn(folder)) enable(join(folder, 'socktable', 'compiled'))
  } catch {
    // Without the cache it starts a little later.
  }
}

/** Whether the version was asked for and could be printed: process.stdout takes a tenth of the start. */
function printVersion([word, ...more]: readonly string[]): boolean {
  if ((word !== '--version' && word !== '-V') || more.length > 0) return false
  try {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
    writeSync(1, `${version}\n`)
    return true
  } catch {
    return false // the command reports what is wrong with the output
  }
}

if (!printVersion(process.argv.slice(2))) {
  enableCompileCache()
  void import('./command.ts')
}
