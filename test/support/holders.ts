/** Other processes that hold sockets for a test. Nothing is left of them after it. */

import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import { type Child, start, supportFile } from './children.ts'
import { compile } from './compiled.ts'
import { unusedPort } from './own-sockets.ts'

const PUPPET = supportFile('puppet.py')

export interface Holder {
  readonly pid: number
  readonly port: number
  readonly fd: number
  readonly fds?: readonly number[]
  /** Those that it started, which hold it as well. */
  readonly children: readonly number[]
  readonly process: Child['process']
}

interface Duration {
  /** Whether it ends after all tests of the file and not after the one that is running. */
  readonly lasting?: boolean
}

const temporary = new Set<Child>()
const lasting = new Set<Child>()
const heirs: number[] = []

async function endAll(children: Set<Child>): Promise<void> {
  const ending = [...children]
  children.clear()
  await Promise.all(ending.map((child) => child.end()))
}
afterEach(async () => {
  for (const heir of heirs.splice(0)) process.kill(heir, 'SIGKILL')
  await endAll(temporary)
})
afterAll(() => endAll(lasting))

/** Starts a program that speaks JSON, one line for each. */
export function begin(words: readonly string[], duration: Duration = {}): Child {
  const [program = '', ...rest] = words
  const child = start(program, ...rest)
  ;(duration.lasting ? lasting : temporary).add(child)
  return child
}

/** Starts a program that holds a socket, and returns its first line with its process. */
export async function hold<More>(
  words: readonly string[],
  duration: Duration = {},
): Promise<Holder & More> {
  const child = begin(words, duration)
  return { ...(await child.json<Holder & More>()), process: child.process }
}

/** Holds a socket as this function of sharing.py makes it, such as `named("web")`. */
export function holdByPython<More>(call: string, duration: Duration = {}): Promise<Holder & More> {
  return hold(puppetWords(call), duration)
}

/** The words that run such a function in a process that a test starts elsewhere. */
export const puppetWords = (call: string): readonly string[] => ['python3', PUPPET, call]

export interface Server extends Holder {
  /** What a supervisor started first. */
  readonly child: number
}

/** Starts server.mjs with these options, behind the words of `prefix`: on every system. */
export async function otherServer(
  options: readonly string[] = [],
  { prefix = [], ...duration }: Duration & { readonly prefix?: readonly string[] } = {},
): Promise<Server> {
  const given = options.includes('--port') || options.includes('--idle')
  const port = given ? [] : ['--port', String(await unusedPort())]
  const words = [...prefix, process.execPath, supportFile('server.mjs'), ...port, ...options]
  return hold<Server>(words, duration)
}

export interface Puppet {
  readonly pid: number
  /** The value of a Python expression, as JSON; statements have none. */
  readonly ask: <Value>(line: string) => Promise<Value>
  /** What a function returns that takes these arguments by name. */
  readonly call: <Value>(name: string, args: object) => Promise<Value>
}

/** Another process that a test directs in lines of Python (puppet.py). */
export async function puppet(duration: Duration = {}): Promise<Puppet> {
  const child = begin(['python3', PUPPET], duration)
  const ask = <Value>(line: string): Promise<Value> => {
    child.tell(line)
    return child.json<Value>()
  }
  const call = <Value>(name: string, args: object): Promise<Value> =>
    ask(`${name}(**json.loads(${JSON.stringify(JSON.stringify(args))}))`)
  return { ask, call, pid: await ask<number>('os.getpid()') }
}

/** A child of a puppet, which holds all that it has and outlives it. */
export async function heirOf({ ask }: Puppet): Promise<number> {
  const heir = await ask<number>('fork_holder()')
  heirs.push(heir)
  return heir
}

/** A puppet with a listener, which it calls `server`. */
export async function listener(): Promise<Puppet & { readonly port: number }> {
  const server = await puppet()
  await server.ask('server = listen()')
  return { ...server, port: await server.ask<number>('server.getsockname()[1]') }
}

/** Another process in which `port` is in a state of port_states.py. */
export async function portInState(state: string, port: number): Promise<void> {
  const { ask } = await puppet()
  await ask(`bring_into(${JSON.stringify(state)}, ${port})`)
}

/** The path of a compiled program that every user may run. */
export function publicProgram(name: string): string {
  const program = compile(name)
  chmodSync(dirname(program), 0o755)
  return program
}

/** Words that run a program in a PID namespace of its own, all of which root can read there. */
export const IN_OWN_PIDS = ['unshare', '--fork', '--pid', '--mount-proc', '--kill-child']

/** Whether a process is there and no zombie, by what the system itself says. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
