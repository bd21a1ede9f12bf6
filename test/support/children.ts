/** Programs that a test starts beside itself, which say in lines of JSON what they made. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcessByStdio<Writable, Readable, null>
  /** The next line of its output. */
  line(): Promise<string>
  /** The next line, which is JSON. */
  json<Value>(): Promise<Value>
  tell(line: string): void
  /** Closes its input, by which it knows that it is to end, and waits until it did. */
  end(): Promise<void>
}

export function supportFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

export function start(program: string, ...args: string[]): Child {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const exited = new Promise((resolve) => child.once('close', resolve))
  const line = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done) throw new Error(`${program} ${args.join(' ')} ended early`)
    return next.value
  }
  return {
    process: child,
    line,
    json: async <Value>() => JSON.parse(await line()) as Value,
    tell: (text) => child.stdin.write(`${text}\n`),
    end: async () => {
      child.stdin.end()
      await exited
    },
  }
}

/** Starts a Python program that stands beside this file. */
export function startPython(name: string, ...args: string[]): Child {
  return start('python3', supportFile(name), ...args)
}

/** Calls `probe` until it returns something, and returns that. */
export async function until<Value>(
  what: string,
  probe: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
