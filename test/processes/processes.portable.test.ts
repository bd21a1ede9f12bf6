import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { killPort, processInfo, processInfoSync, processTree, terminate } from '../../src/index.ts'
import { otherServer } from '../support/holders.ts'
import { connection, listen } from '../support/own-sockets.ts'

const idle = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'one', 'two'], {
    stdio: 'ignore',
  })
  await once(child, 'spawn')
  return child
}

/** A Windows process without a window can't be asked; elsewhere the signal is enough. */
const ENDED = process.platform === 'win32' ? 'killed' : 'terminated'

describe('processInfo', () => {
  test('gives the facts of another process', async () => {
    const child = await idle()
    const before = Date.now()
    const info = await processInfo(child.pid as number)
    child.kill('SIGKILL')
    expect(info).toMatchObject({ pid: child.pid, parentPid: process.pid })
    expect(info?.name).toBe(basename(process.execPath))
    expect(basename(info?.executable ?? '')).toBe(basename(process.execPath))
    // Wine does not tell it (ProcessCommandLineInformation).
    if (process.platform !== 'win32' || info?.commandLine !== null) {
      expect(info?.commandLine).toMatch(/setInterval.* one two$/)
    }
    expect(info?.startTime).toMatch(/^\d+$/)
    expect(Math.abs((info?.startedAt ?? 0) - before)).toBeLessThan(10_000)
    expect(typeof info?.user).toBe('string')
  })

  test('gives the same facts of this process sync and async', async () => {
    const { startedAt, ...info } = processInfoSync(process.pid) ?? { startedAt: null }
    expect(info).toMatchObject({ pid: process.pid })
    expect(await processInfo(process.pid)).toMatchObject(info)
    expect(startedAt).toBeTypeOf('number')
  })

  test('is null where there is no such process', async () => {
    expect(await processInfo(2 ** 31 - 1)).toBeNull()
  })
})

test('processTree has the ancestors of a process', async () => {
  const child = await idle()
  const tree = await processTree(child.pid as number)
  child.kill('SIGKILL')
  expect(tree?.ancestors[0]).toMatchObject({ pid: process.pid })
  const own = await processTree(process.pid)
  expect(own?.process.pid).toBe(process.pid)
})

describe('killPort', () => {
  test('ends the process that listens, and no other', async () => {
    const { port, pid, process: child } = await otherServer()
    const bystander = await otherServer()
    const exited = once(child, 'exit')
    const planned = await killPort(port, { dryRun: true })
    expect(planned.processes).toMatchObject([{ pid, outcome: 'would-be-terminated' }])
    const result = await killPort(port, { settle: 0 })
    await exited
    expect(result).toMatchObject({
      closed: true,
      ports: [{ port, outcome: 'closed' }],
      processes: [{ pid, outcome: ENDED, ports: [port] }],
    })
    expect(bystander.process.exitCode).toBeNull()
    expect((await killPort(port)).ports).toMatchObject([{ outcome: 'nothing-there', closed: true }])
  })

  test('refuses this process and leaves clients alone', async () => {
    const { server, port } = await listen('127.0.0.1')
    const { client } = await connection(server, '127.0.0.1')
    const refused = [{ pid: process.pid, outcome: 'refused', reason: 'self' }]
    expect((await killPort(port, { settle: 0 })).processes).toMatchObject(refused)
    const { ports } = await killPort(client.localPort as number)
    expect(ports).toMatchObject([{ outcome: 'nothing-there' }])
  })

  test('refuses port 0 and an empty list', async () => {
    await expect(killPort(0)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    await expect(killPort([])).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
  })
})

describe('terminate', () => {
  test('ends a process, and finds it gone the next time', async () => {
    const child = await idle()
    const pid = child.pid as number
    const exited = once(child, 'exit')
    const info = await processInfo(pid)
    if (info === null) throw new Error('it is there')
    expect(await terminate(info)).toMatchObject({ ended: true, processes: [{ outcome: ENDED }] })
    await exited
    expect(await terminate(info)).toMatchObject({
      ended: true,
      processes: [{ outcome: 'already-gone' }],
    })
  })

  test('ends what a process started with it', async () => {
    const code =
      'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])' +
      '.once("spawn", function () { process.send(this.pid) })'
    const parent = spawn(process.execPath, ['-e', code], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const [child] = (await once(parent, 'message')) as [number]
    const { processes } = await terminate(parent.pid as number, { tree: true })
    expect(processes.map(({ pid }) => pid)).toEqual([parent.pid, child])
    expect(processes.map(({ outcome }) => outcome)).not.toContain('survived')
    // It may be a zombie yet, of which nothing runs.
    expect(await terminate(child)).toMatchObject({ processes: [{ outcome: 'already-gone' }] })
  })

  test('without force leaves a process that cannot be asked to end', async () => {
    const child = await idle()
    const { processes } = await terminate(child.pid as number, { force: false })
    child.kill('SIGKILL')
    const expected =
      process.platform === 'win32'
        ? { outcome: 'survived', reason: 'no-graceful-way' }
        : { outcome: 'terminated', reason: null }
    expect(processes).toMatchObject([expected])
  })
})
