/** Runs a block of the documentation in a network and a PID namespace of its own. */

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** Longer than any example takes, on a machine that is busy. */
const TIME_LIMIT = 30_000

const SERVER = `const { name = 'node', protocol = 'tcp', port = process.env.PORT ?? 3000, host } = JSON.parse(
  process.env.DOCTEST ?? '{}',
)
require('node:fs').writeFileSync('/proc/self/comm', name)
const ready = () => console.log('ready')
if (protocol === 'tcp') require('node:net').createServer().listen({ port, host }, ready)
else require('node:dgram').createSocket(host === undefined ? 'udp6' : 'udp4').bind(port, host, ready)
`

const CLIENT = `const { name, port, localPort, host = '127.0.0.1' } = JSON.parse(process.env.DOCTEST)
require('node:fs').writeFileSync('/proc/self/comm', name)
require('node:net').connect({ port, host, localPort }, () => console.log('ready'))
`

const NAMESPACES = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc']

/** Whether blocks can be run here: not where the tests run in a container without privileges. */
export const canMakeNamespaces: boolean =
  spawnSync('unshare', [...NAMESPACES, 'sh', '-c', 'echo 1 >/proc/sys/kernel/ns_last_pid'])
    .status === 0

/** A server or client that a block needs. */
export interface Actor {
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly host?: string
}

/** A program with its arguments. */
export interface Command {
  readonly program: string
  readonly arguments: readonly string[]
}

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** Both, as they came. */
  readonly output: string
  /** The exit code, or the signal that ended it. */
  readonly code: number | string
}

export interface Performance {
  readonly ran: readonly Ran[]
  /** The ports of the servers that have ended. */
  readonly ended: readonly number[]
}

export interface Play {
  readonly servers: readonly Actor[]
  readonly clients: readonly Actor[]
  readonly commands: readonly Command[]
}

/** A project that has the package as its dependency. The command is in its PATH. */
export function makeProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'socktable-docs-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  symlinkSync(root, join(modules, 'socktable'))
  symlinkSync(join(root, 'dist', 'cli', 'main.js'), join(modules, '.bin', 'socktable'))
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  writeFileSync(join(folder, 'server.js'), SERVER)
  writeFileSync(join(folder, 'client.js'), CLIENT)
  return folder
}

export function removeProject(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** The environment of a user who has not set anything that socktable reads. */
function environment(project: string): NodeJS.ProcessEnv {
  const { NO_COLOR: _, FORCE_COLOR: __, NODE_DEBUG: ___, NODE_OPTIONS: ____, ...rest } = process.env
  const path = [join(project, 'node_modules', '.bin'), dirname(process.execPath), rest['PATH']]
  return { ...rest, PATH: path.join(delimiter), npm_config_update_notifier: 'false' }
}

/** Runs the commands in turn, beside the servers and clients. Nothing of it survives. */
export async function perform(project: string, play: Play): Promise<Performance> {
  const stage = join(root, 'test', 'docs', 'stage.mjs')
  const script = 'printf init >/proc/self/comm; ip link set lo up; "$@"; exit $?'
  const child = spawn(
    'unshare',
    [...NAMESPACES, 'sh', '-c', script, 'sh', process.execPath, stage],
    {
      cwd: project,
      env: environment(project),
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIME_LIMIT,
      killSignal: 'SIGKILL',
    },
  )
  const texts = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (texts[stream] += text))
  }
  child.stdin.end(JSON.stringify(play))
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (...ending) => {
      resolve(ending)
    })
  })
  if (signal !== null) throw new Error(`it did not end within ${TIME_LIMIT / 1000} s`)
  if (code !== 0) throw new Error(texts.stderr)
  return JSON.parse(texts.stdout) as Performance
}
