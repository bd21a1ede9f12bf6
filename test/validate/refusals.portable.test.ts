/** What every function refuses, by Node's own codes and before anything is read. */

import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import * as m from '../../src/index.ts'

const revoked = <Target extends object>(target: Target): Target => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

type Call = (options: never) => unknown
const TAKING_OPTIONS: Readonly<Record<string, Call>> = {
  listSockets: m.listSockets,
  listSocketsSync: m.listSocketsSync,
  countSockets: (options) => m.countSockets('pid', options),
  countSocketsSync: (options) => m.countSocketsSync('pid', options),
  socketCounter: (options) => m.socketCounter('pid', options),
  'count of a counter': (options) => m.socketCounter('state').count(options),
  watchSockets: m.watchSockets,
  inspectPort: (options) => m.inspectPort(1, options),
  inspectPortSync: (options) => m.inspectPortSync(1, options),
  checkPort: (options) => m.checkPort(1, options),
  checkPortsSync: (options) => m.checkPortsSync(1, options),
  explainPort: (options) => m.explainPort(1, options),
  explainError: (options) => m.explainError('', options),
  waitForPort: (options) => m.waitForPort(1, options),
  findFreePort: m.findFreePort,
  findFreePorts: (options) => m.findFreePorts(1, options),
  reservePort: m.reservePort,
  listenOnFreePort: m.listenOnFreePort,
  bindFreePort: m.bindFreePort,
  killPort: (options) => m.killPort(1, options),
  terminate: (options) => m.terminate(2 ** 31 - 1, options),
}

const failure = async (call: () => unknown): Promise<unknown> => {
  try {
    await call()
    return null
  } catch (error) {
    return error
  }
}

describe.each(Object.entries(TAKING_OPTIONS))('%s', (_, call) => {
  test.each([
    ['a revoked proxy', revoked({})],
    ['a revoked array', revoked([])],
    ['a revoked function', revoked(() => undefined)],
    ['an array', []],
    ['null', null],
    ['a text', 'tcp'],
  ])('refuses %s for options', async (_name, options) => {
    expect(await failure(() => call(options as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('options') as string,
    })
  })
})

const TAKING_LISTS: Readonly<Record<string, (value: never) => unknown>> = {
  protocol: (protocol) => m.listSocketsSync({ protocol }),
  localPort: (localPort) => m.listSocketsSync({ localPort }),
  pid: (pid) => m.listSocketsSync({ pid }),
  state: (state) => m.listSocketsSync({ state }),
  by: (by) => m.countSocketsSync(by),
  ports: (ports) => m.checkPortsSync(ports),
  port: (port) => m.killPort(port),
  allow: (allow) => m.killPort(1, { allow }),
  only: (only) => m.killPort(1, { only }),
  'an item of only': (only) => m.killPort(1, { only: [only] }),
  process: (process) => m.terminate(process),
}

describe.each(Object.entries(TAKING_LISTS))('%s', (_, call) => {
  test.each([
    ['a revoked array', revoked([]), /Received a revoked proxy/],
    ['a revoked proxy', revoked({}), /Received a revoked proxy/],
    ['a Set', new Set([1]), /Received an instance of Set/],
    ['a Map', new Map(), /Received an instance of Map/],
  ])('refuses %s by its name', async (_name, value, message) => {
    expect(await failure(() => call(value as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('a signal', () => {
  const TAKING_SIGNALS: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
    listSockets: (signal) => m.listSockets({ signal }),
    countSockets: (signal) => m.countSockets('state', { signal }),
    checkPort: (signal) => m.checkPort(1, { signal }),
    waitForPort: (signal) => m.waitForPort(1, { signal, timeout: 50 }),
    killPort: (signal) => m.killPort(1, { signal, settle: 0 }),
    terminate: (signal) => m.terminate(2 ** 31 - 1, { signal }),
    watchSockets: async (signal) => {
      const watcher = m.watchSockets({ signal, interval: 1 })
      await watcher.next()
      await watcher.return()
    },
  }

  /** As the package abort-controller has it: without a reason and throwIfAborted. */
  const polyfill = (from: AbortSignal): AbortSignal =>
    Object.defineProperties(Object.create(null) as AbortSignal, {
      aborted: { get: () => from.aborted },
      addEventListener: { value: from.addEventListener.bind(from) },
      removeEventListener: { value: from.removeEventListener.bind(from) },
    })

  describe.each(Object.entries(TAKING_SIGNALS))('of %s', (_, call) => {
    test('may be a polyfill without throwIfAborted', async () => {
      expect(await failure(() => call(polyfill(AbortSignal.abort())))).toMatchObject({
        name: 'AbortError',
      })
      const { signal } = new AbortController()
      const error = await failure(() => call(polyfill(signal)))
      expect([undefined, 'ETIMEDOUT']).toContain((error as { code?: string } | null)?.code)
      expect(getEventListeners(signal, 'abort')).toEqual([])
    })

    test.each([
      ['an object', {}],
      ['one that can only be read', { aborted: false }],
      ['a revoked proxy', revoked({})],
      ['null', null],
      ['true', true],
    ])('is not %s', async (_name, signal) => {
      expect(await failure(() => call(signal as never))).toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining('options.signal') as string,
      })
    })
  })
})

test('a wait may last for as long as it takes', async () => {
  const controller = new AbortController()
  const waiting = m.waitForPort(1, { timeout: Infinity, interval: 1, signal: controller.signal })
  setTimeout(() => {
    controller.abort('enough')
  }, 20)
  await expect(waiting).rejects.toBe('enough')
  for (const timeout of [Number.NaN, -1, '1']) {
    await expect(m.waitForPort(1, { timeout: timeout as number })).rejects.toThrow(
      /options\.timeout/,
    )
  }
})

test('an empty list of ports to leave out, or of further hosts, is one of none', async () => {
  const port = await m.findFreePort({ exclude: [], hosts: [], ports: { from: 20_000, to: 30_000 } })
  expect(port).toBeGreaterThanOrEqual(20_000)
  for (const options of [{ exclude: new Set([1]) }, { hosts: new Set(['::']) }]) {
    await expect(m.findFreePort(options as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringMatching(/options\.(exclude|hosts).*an instance of Set/) as string,
    })
  }
})
