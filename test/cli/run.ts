/** Runs the command as its users do: the built file, in a process of its own. */

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

// The environment without variables about colour or debugging; to Node, CI is one, against colour.
const { NO_COLOR: _, FORCE_COLOR: __, NODE_DEBUG: ___, CI: ____, ...PLAIN } = process.env

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly env?: NodeJS.ProcessEnv
  /** Words before the command that run it as another user or elsewhere. */
  readonly prefix?: readonly string[]
}

export function run(words: readonly string[], { env = {}, prefix = [] }: Surroundings = {}): Ran {
  const [program = process.execPath, ...rest] = prefix
  const before = prefix.length === 0 ? [] : [...rest, process.execPath]
  const { status, stdout, stderr, error } = spawnSync(program, [...before, MAIN, ...words], {
    encoding: 'utf8',
    env: { ...PLAIN, ...env },
    maxBuffer: 2 ** 28,
  })
  if (error) throw error
  return { code: status, stdout, stderr }
}

export const socktable = (...words: string[]): Ran => run(words)

/** Runs a line of bash in which $SOCKTABLE is the command. */
export function bash(line: string): Ran {
  const { status, stdout, stderr, error } = spawnSync('bash', ['-c', line], {
    encoding: 'utf8',
    env: { ...PLAIN, SOCKTABLE: `${process.execPath} ${MAIN}` },
  })
  if (error) throw error
  return { code: status, stdout, stderr }
}

/** What stdout and stderr together write to a terminal of its own, as they write it. */
export function onTerminal(columns: number, line: string, env: NodeJS.ProcessEnv = {}): string {
  const command = `stty cols ${columns} rows 50; ${process.execPath} ${MAIN} ${line}`
  const { status, stdout, stderr, error } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...PLAIN, TERM: 'xterm-256color', ...env },
  })
  if (error) throw error
  if (stderr !== '') throw new Error(`script ended with ${status}: ${stderr}`)
  return stdout
}
