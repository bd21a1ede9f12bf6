/** Copies of the package, with the addon files that a test says, used by a Node.js of their own. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The addon that this machine built. */
export const BUILT: string = join(root, 'build', 'Release', 'socktable.node')

export interface Outcome {
  /** How many rows were read: more than none, since a listener is there; null where it threw. */
  readonly rows: number | null
  readonly code?: string
  readonly message?: string
  readonly cause?: { readonly code?: string; readonly message?: string }
  /** What `after` evaluates to. */
  readonly after?: unknown
}

export interface Use {
  /** Flags of Node.js. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** CommonJS that runs before the package is loaded. */
  readonly before?: string
  /** An expression that is evaluated when the package was used. */
  readonly after?: string
  /** Uses the package in a worker thread, with these execArgv. */
  readonly worker?: readonly string[]
}

export interface PackageCopy {
  readonly folder: string
  use(how?: Use): Outcome
  remove(): void
}

/** A copy with these files, by their paths in it. */
export function packageWith(files: Readonly<Record<string, Uint8Array | string>>): PackageCopy {
  const folder = mkdtempSync(join(tmpdir(), 'socktable-package-'))
  const gypBuild = join('node_modules', 'node-gyp-build')
  for (const part of ['dist', 'package.json', gypBuild]) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }

  function use({ flags = [], env = {}, before = '', after = 'null', worker }: Use = {}): Outcome {
    const script = join(folder, 'use.cjs')
    const body = `
      ${before}
      const { createServer } = require('node:net')
      const server = createServer().listen(0, '127.0.0.1', () => {
        const said = (e) => e && { code: e.code, message: e.message }
        let outcome
        try {
          const m = require('./dist/index.cjs')
          outcome = { rows: m.listSocketsSync({ localPort: server.address().port }).rows.length }
        } catch (e) {
          outcome = { rows: null, ...said(e), cause: said(e.cause) }
        }
        console.log(JSON.stringify({ ...outcome, after: ${after} }))
        server.close()
      })`
    const start = join(folder, 'start.cjs')
    writeFileSync(script, body)
    writeFileSync(
      start,
      `new (require('node:worker_threads').Worker)(${JSON.stringify(script)},
        { execArgv: ${JSON.stringify(worker ?? [])} })`,
    )
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [...flags, worker ? start : script],
      {
        encoding: 'utf8',
        env: { ...process.env, SOCKTABLE_ADDON: '', ...env },
        timeout: 60_000,
        killSignal: 'SIGKILL',
      },
    )
    if (status !== 0) throw new Error(`node ended with ${signal ?? status}: ${stderr}`)
    return JSON.parse(stdout) as Outcome
  }

  return {
    folder,
    use,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The bytes of the addon that this machine built. */
export const goodAddon = (): Buffer => readFileSync(BUILT)
