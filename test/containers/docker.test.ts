/** What a Docker Engine does with ports and processes, shown by a real one. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EndedProcess, KillPortResult, ProcessInfo, SocketRow } from '../../src/index.ts'
import { run } from '../cli/run.ts'
import { until } from '../support/children.ts'
import { type Container, type Engine, hasDocker, startDocker } from '../support/docker.ts'
import { evaluate } from '../support/evaluate.ts'
import { isAlive } from '../support/holders.ts'

const PUBLISHED = 8080
const SLEEP = ['sleep', '600']

/** Starts an engine for the tests of one group. */
function useEngine(...options: string[]): () => Engine {
  let engine: Engine | undefined
  beforeAll(async () => {
    engine = await startDocker(...options)
  })
  afterAll(() => engine?.end())
  return () => engine as Engine
}

/** Who listens on the port where the engine runs. */
function listenersOn(port: number, { prefix }: Engine): SocketRow[] {
  return evaluate<SocketRow[]>(
    `return (await m.listSockets({ localPort: ${port}, state: 'LISTEN', include: ['names'] })).rows`,
    prefix,
  )
}

/** What became of those who have the port. */
function killPort(port: number, { prefix }: Engine): readonly EndedProcess[] {
  const code = `return m.killPort(${port}, { timeout: 2_000 })`
  return evaluate<KillPortResult>(code, prefix).processes
}

function explain(port: number, { prefix }: Engine): string {
  const { stdout, stderr } = run(['explain', String(port)], { prefix })
  expect(stderr).toBe('')
  return stdout
}

describe.skipIf(!hasDocker)('an engine with a proxy for each published port', () => {
  const engine = useEngine()
  let web: Container
  beforeAll(() => {
    web = engine().run(['--publish', `127.0.0.1:${PUBLISHED}:80`], SLEEP)
  })

  test('a process in a container under a --cgroup-parent is in the container of that ID', () => {
    const { pid, id } = web
    const infos = evaluate<(ProcessInfo | null)[]>(
      `return [await m.processInfo(${pid}), m.processInfoSync(${pid})]`,
      engine().prefix,
    )
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    const container = { runtime: 'docker', id }
    expect(infos.map((info) => info?.container)).toEqual([container, container])
  })

  test('the proxy of a published port is refused and lives on', () => {
    const [row] = listenersOn(PUBLISHED, engine())
    expect(row?.processName).toBe('docker-proxy')
    const pid = row?.pid as number
    expect(killPort(PUBLISHED, engine())).toMatchObject([
      { pid, outcome: 'refused', reason: 'proxy' },
    ])
    expect(isAlive(pid)).toBe(true)
  })

  test('the advice about a published port is to stop the container', () => {
    const text = explain(PUBLISHED, engine())
    expect(text).toContain('docker-proxy')
    expect(text).toContain('docker stop')
    expect(text).not.toContain('socktable kill')
  })

  test("the advice about a container's own server on the host's network names the container", async () => {
    const port = 8081
    const { id, pid } = engine().run(['--network', 'host'], ['httpd', '-f', '-p', `${port}`])
    await until('the server listens', () => listenersOn(port, engine()).length > 0)
    const text = explain(port, engine())
    expect(text).toContain(id.slice(0, 12))
    const stop = text.indexOf('docker stop')
    expect(stop).toBeGreaterThan(-1)
    expect(text.indexOf('socktable kill')).toBeGreaterThan(stop)

    expect(killPort(port, engine())).toMatchObject([{ pid, reason: null }])
    expect(isAlive(pid)).toBe(false)
  })
})

describe.skipIf(!hasDocker)('an engine without proxies, which holds the published ports', () => {
  const engine = useEngine('--userland-proxy=false')
  beforeAll(() => {
    engine().run(['--publish', `127.0.0.1:${PUBLISHED}:80`], SLEEP)
  })

  test('the engine is refused for the port of a container and lives on', () => {
    const { pid } = engine()
    const { stdout } = run(['who', String(PUBLISHED)], { prefix: engine().prefix })
    expect(stdout).toMatch(new RegExp(`LISTEN +${pid} +dockerd`))
    expect(killPort(PUBLISHED, engine())).toMatchObject([
      { pid, outcome: 'refused', reason: 'proxy' },
    ])
    expect(isAlive(pid)).toBe(true)
    expect(listenersOn(PUBLISHED, engine())).toMatchObject([{ pid, processName: 'dockerd' }])
  })

  test('the advice is to stop the container, never the engine', () => {
    const text = explain(PUBLISHED, engine())
    expect(text).toContain('docker stop')
    expect(text).not.toContain('socktable kill')
  })
})
