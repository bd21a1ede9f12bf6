/** Other processes that do what a test tells them, in lines of Python (puppet.py). */

import { afterEach } from 'vitest'
import { type Child, startPython } from './children.ts'

export interface Puppet {
  readonly pid: number
  /** The value of an expression, as JSON; statements have none. */
  readonly ask: <Value>(line: string) => Promise<Value>
}

const children: Child[] = []
const heirs: number[] = []
afterEach(async () => {
  for (const heir of heirs.splice(0)) process.kill(heir, 'SIGKILL')
  await Promise.all(children.splice(0).map((child) => child.end()))
})

export async function puppet(): Promise<Puppet> {
  const child = startPython('puppet.py')
  children.push(child)
  const ask = <Value>(line: string) => {
    child.tell(line)
    return child.json<Value>()
  }
  return { ask, pid: await ask<number>('os.getpid()') }
}

/** A child of a puppet, which holds all that it has and outlives it. */
export async function heirOf({ ask }: Puppet): Promise<number> {
  const heir = await ask<number>('fork_holder()')
  heirs.push(heir)
  return heir
}

/** A puppet with a listener, which it calls `server`. */
export async function listener(): Promise<Puppet & { readonly port: number }> {
  const { pid, ask } = await puppet()
  await ask('server = listen()')
  return { pid, ask, port: await ask<number>('server.getsockname()[1]') }
}
