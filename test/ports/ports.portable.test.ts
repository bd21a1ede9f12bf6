import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  type FreeOptions,
  bindFreePort,
  checkPort,
  checkPortSync,
  checkPorts,
  explainError,
  explainPort,
  findFreePort,
  listenOnFreePort,
  reservePort,
  waitForPort,
} from '../../src/index.ts'
import { evaluate } from '../support/evaluate.ts'
import { otherServer } from '../support/holders.ts'
import { datagrams, listen, unusedPort } from '../support/own-sockets.ts'

/** The error that a server gets at a port that is taken. */
function listenError(port: number, host: string): Promise<Error> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', resolve)
    server.listen(port, host, () => {
      server.close()
      reject(new Error('it was free'))
    })
  })
}

describe('checkPort', () => {
  test('names the process that has the port', async () => {
    const other = await otherServer()
    for (const check of [
      await checkPort(other.port, { host: '127.0.0.1' }),
      checkPortSync(other.port, { host: '127.0.0.1' }),
    ]) {
      expect(check).toMatchObject({
        port: other.port,
        protocol: 'tcp',
        host: '127.0.0.1',
        free: false,
        refusal: { code: 'EADDRINUSE' },
        obstacles: ['listener'],
        holders: [{ pid: other.pid }],
        disagreement: null,
      })
    }
  })

  test('reports a free port', async () => {
    const { server, port } = await listen('127.0.0.1')
    await new Promise((resolve) => server.close(resolve))
    const check = await checkPort(port, { host: '127.0.0.1' })
    expect(check).toMatchObject({ free: true, refusal: null, obstacles: [], holders: [] })
  })

  test('reports a UDP port as taken by a UDP socket', async () => {
    const { port } = await datagrams('udp4', '127.0.0.1')
    const place = { host: '127.0.0.1', protocol: 'udp' } as const
    expect(await checkPort(port, place)).toMatchObject({ free: false, obstacles: ['listener'] })
  })

  test('answers for several ports in their order (checkPorts)', async () => {
    const { port } = await listen('127.0.0.1')
    const other = await listen('127.0.0.1')
    const checks = await checkPorts([port, other.port], { host: '127.0.0.1' })
    expect(checks.map((check) => [check.port, check.free])).toEqual([
      [port, false],
      [other.port, false],
    ])
  })
})

describe('explainError and explainPort', () => {
  test('name the process that a server found at its port', async () => {
    const other = await otherServer()
    const error = await listenError(other.port, '127.0.0.1')
    for (const told of [error, error.message]) {
      const explanation = await explainError(told)
      expect(explanation).toMatchObject({ code: 'EADDRINUSE', port: other.port, host: '127.0.0.1' })
      expect(explanation.text).toContain(`(PID ${other.pid}) listens on 127.0.0.1:${other.port}`)
      expect(explanation.alternative).toBeGreaterThan(other.port)
    }
  })

  test('say that a port is free', async () => {
    const port = await findFreePort({ host: '127.0.0.1' })
    const { code, summary, alternative } = await explainPort(port, { host: '127.0.0.1' })
    expect({ code, alternative }).toEqual({ code: null, alternative: null })
    expect(summary).toContain('is free')
  })

  test('explainListenErrors puts the explanation on stderr', async () => {
    const other = await otherServer()
    const code = `
      const server = require('net').createServer()
      m.explainListenErrors(server, { exit: false })
      const text = new Promise((resolve) => { process.stderr.write = resolve })
      server.listen(${other.port}, '127.0.0.1')
      return await text`
    const text = evaluate<string>(code)
    expect(text).toContain('EADDRINUSE')
    expect(text).toContain(`(PID ${other.pid})`)
  })
})

describe('waitForPort', () => {
  test('ends when a server listens, and when none does any more', async () => {
    const port = await findFreePort({ host: '127.0.0.1' })
    const waiting = waitForPort(port, { interval: 5 })
    await sleep(50)
    const server = createServer().listen(port, '127.0.0.1')
    expect(await waiting).toMatchObject([{ localPort: port }])
    expect(await waitForPort(port, { pid: process.pid })).toMatchObject([{ pid: process.pid }])
    const ending = waitForPort(port, { until: 'closed', interval: 5 })
    await sleep(50)
    server.close()
    expect(await ending).toEqual([])
  })

  test('rejects when its time is over or its signal aborts', async () => {
    const port = await findFreePort({ host: '127.0.0.1' })
    const failure = { code: 'ETIMEDOUT', rows: [] }
    await expect(waitForPort(port, { timeout: 60, interval: 5 })).rejects.toMatchObject(failure)
    await expect(waitForPort(port, { timeout: 0 })).rejects.toMatchObject(failure)
    const controller = new AbortController()
    const waiting = waitForPort(port, { signal: controller.signal })
    await sleep(30)
    controller.abort('enough')
    await expect(waiting).rejects.toBe('enough')
  })
})

describe('free ports', () => {
  test('findFreePort gives one of the system or of a list, or an error', async () => {
    const { port } = await listen('127.0.0.1')
    const host = '127.0.0.1'
    expect(await findFreePort()).toBeGreaterThan(1023)
    const ports = [port, { from: 2000, to: 2050 }]
    const next = await findFreePort({ host, ports })
    expect(next).toBeLessThan(2051)
    expect(await findFreePort({ host, ports, exclude: next })).not.toBe(next)
    await expect(findFreePort({ host, ports: port })).rejects.toMatchObject({
      code: 'ERR_SOCKTABLE_NO_FREE_PORT',
      tried: 1,
    })
    await expect(findFreePort({ ports: 80 })).rejects.toThrow('no port to choose from')
  })

  test("findFreePort avoids the system's own range, or takes no other", async () => {
    const isInside = async (options: FreeOptions) =>
      (await checkPort(await findFreePort(options))).ephemeral
    expect(await isInside({ ephemeral: 'avoid' })).toBe(false)
    // Wine gives out ports of Linux's range and has that of Windows.
    const inside = process.platform === 'linux' ? await unusedPort() : { from: 50_000, to: 50_050 }
    const ports = [{ from: 2000, to: 2050 }, inside]
    expect(await isInside({ ports })).toBe(false)
    expect(await isInside({ ports, ephemeral: 'avoid' })).toBe(false)
    expect(await isInside({ ports, ephemeral: 'only' })).toBe(true)
  })

  test('findFreePort gives one that is free at several addresses', async () => {
    const port = await unusedPort()
    await listen('127.0.0.2', port)
    const ports = [port, { from: 2000, to: 2050 }]
    const host = '127.0.0.1'
    expect(await findFreePort({ host, ports })).toBe(port)
    expect(await findFreePort({ host, ports, hosts: ['127.0.0.2'] })).toBeLessThan(2051)
  })

  test.each([
    [{ ports: [] }, 'ERR_INVALID_ARG_VALUE'],
    [{ ports: { from: 9, to: 8 } }, 'ERR_OUT_OF_RANGE'],
    [{ ports: 0 }, 'ERR_OUT_OF_RANGE'],
    [{ exclude: 'all' }, 'ERR_INVALID_ARG_TYPE'],
    [{ hosts: [1] }, 'ERR_INVALID_ARG_TYPE'],
    [{ ephemeral: 'no' }, 'ERR_INVALID_ARG_VALUE'],
    [{ port: 3000 }, 'ERR_INVALID_ARG_VALUE'],
  ])('findFreePort and reservePort refuse %j', async (options, code) => {
    await expect(findFreePort(options as never)).rejects.toMatchObject({ code })
    await expect(reservePort(options as never)).rejects.toMatchObject({ code })
  })

  test('listenOnFreePort and bindFreePort give a server that listens already', async () => {
    const server = await listenOnFreePort({ host: '127.0.0.1' })
    const { port } = server.address() as { port: number }
    expect(await checkPort(port, { host: '127.0.0.1' })).toMatchObject({ free: false })
    const socket = await bindFreePort({ host: '127.0.0.1' })
    expect(socket.address().port).toBeGreaterThan(1023)
    socket.close()
    server.close()
  })

  test('a server can bind a reserved port by its number', async () => {
    const { port, held } = await reservePort()
    expect(held).toBe(process.platform !== 'win32')
    const server = createServer().listen(port)
    await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))
    server.close()
  })
})
