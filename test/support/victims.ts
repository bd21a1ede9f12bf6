/** Processes that tests end, of which nothing is left after each test. */

import { afterEach } from 'vitest'
import { type Child, start, supportFile } from './children.ts'

export interface Victim {
  readonly pid: number
  readonly port: number
  /** What it started. */
  readonly children: readonly number[]
  /** What a supervisor started first. */
  readonly child: number
  readonly process: Child['process']
}

const victims: Child[] = []
afterEach(async () => {
  await Promise.all(victims.splice(0).map((victim) => victim.end()))
})

/** Starts victim.mjs with these options, under the words of `prefix`. */
export async function victim(words: readonly string[] = [], prefix: readonly string[] = []) {
  const [program, ...rest] = [...prefix, process.execPath, supportFile('victim.mjs'), ...words]
  const child = start(program as string, ...rest)
  victims.push(child)
  return { ...(await child.json<Omit<Victim, 'process'>>()), process: child.process } as Victim
}

/** Whether it is there and no zombie, by what the system itself says. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
