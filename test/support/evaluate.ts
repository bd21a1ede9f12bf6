/** Runs a bit of code in another process, which has another user, namespace or limit than this one. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ENTRY = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

export interface Thrown {
  readonly thrown: {
    readonly code: string
    readonly message: string
    readonly syscall: string
    readonly path?: string
    readonly cause?: { readonly code: string; readonly syscall: string }
  }
}

/**
 * Runs `code`, the body of an asynchronous function that sees the package as `m`, under Node (or
 * under `host`, a copy of it) behind the words of `prefix`, and returns what it returns or throws, by way of JSON.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows
export function evaluate<Value>(
  code: string,
  prefix: readonly string[] = [],
  host: string = process.execPath,
): Value {
  const script = `
    const m = require(${JSON.stringify(ENTRY)})
    const describe = (e) => e && ({ code: e.code, message: e.message, syscall: e.syscall,
      path: e.path, cause: describe(e.cause) })
    const body = async () => { ${code} }
    body().catch((e) => ({ thrown: describe(e) })).then((v) => console.log(JSON.stringify(v)))`
  const [program, ...words] = [...prefix, host, '-e', script]
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: 300_000, // vitest's own is helpless against a call that does not return
    killSignal: 'SIGKILL',
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as Value
}

/** A user who owns nothing here. */
export const AS_NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

/** Root as it is in a container: it may not look into processes that can do more than it. */
export const WITHOUT_PTRACE = ['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace']
