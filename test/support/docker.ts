/** A real Docker Engine in namespaces of its own, which see its published ports: see docker.py. */

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { start, supportFile } from './children.ts'
import { canBecomeOthers, needs } from './requirements.ts'

const PROGRAMS = ['dockerd', 'docker', 'docker-proxy', 'containerd', 'runc', 'busybox']

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`))

export const hasDocker: boolean = needs(
  canBecomeOthers && PROGRAMS.every(isInstalled),
  'root and a Docker Engine (docker.io, containerd, runc, busybox-static)',
)

export interface Engine {
  /** The PID of dockerd. */
  readonly pid: number
  /** The words before a command that run it where the engine runs. */
  readonly prefix: readonly string[]
  /** Starts busybox with these words in a container with these options of "docker run". */
  run(options: readonly string[], words: readonly string[]): Container
  end(): Promise<void>
}

export interface Container {
  readonly id: string
  /** The PID of its first process, outside of it. */
  readonly pid: number
}

/** Starts an engine with these options of dockerd, and an image with busybox. */
export async function startDocker(...options: string[]): Promise<Engine> {
  const child = start('unshare', '-nm', 'python3', supportFile('docker.py'), ...options)
  const { pid, engine } = await child.json<{ pid: number; engine: number }>()
  const prefix = ['nsenter', '-n', '-m', '-t', String(pid)]
  const docker = (...words: string[]): string => {
    const [program = '', ...rest] = [...prefix, 'docker', '-H', 'unix:///run/docker.sock', ...words]
    return execFileSync(program, rest, { encoding: 'utf8', timeout: 30_000 }).trim()
  }
  return {
    pid: engine,
    prefix,
    run: (runOptions, words) => {
      const id = docker('run', '--detach', ...runOptions, 'busybox', '/bin/busybox', ...words)
      return { id, pid: Number(docker('inspect', '--format', '{{.State.Pid}}', id)) }
    },
    end: () => child.end(),
  }
}
