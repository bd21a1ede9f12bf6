/** Listeners that other processes hold, and the end of those processes after each test. */

import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach } from 'vitest'
import { type Child, start } from './children.ts'
import { compile } from './compiled.ts'

export interface Held {
  readonly pid: number
  readonly port: number
  readonly fds?: readonly number[]
}

const children: Child[] = []
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.end()))
})

/** The path of a compiled program that every user may run. */
export function publicProgram(name: string): string {
  const program = compile(name)
  chmodSync(dirname(program), 0o755)
  return program
}

/** Starts a program that holds a listener, and returns what it says of it. */
export async function hold(words: readonly string[]): Promise<Held> {
  const child = start('env', ...words)
  children.push(child)
  return child.json<Held>()
}

/** Words that run a program in a PID namespace of its own, all of which root can read there. */
export const IN_OWN_PIDS = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child']
