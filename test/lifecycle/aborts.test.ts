import { getEventListeners } from 'node:events'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, test, vi } from 'vitest'
import { binding } from '../../src/binding.ts'
import { inspectPort, listSockets } from '../../src/index.ts'
import { evaluate } from '../support/evaluate.ts'

const { ECANCELED } = constants.errno

const CALLS: [name: string, call: (signal: AbortSignal) => Promise<unknown>][] = [
  ['listSockets', (signal) => listSockets({ signal })],
  ['listSockets of listeners', (signal) => listSockets({ signal, listening: true })],
  ['listSockets of connections', (signal) => listSockets({ signal, listening: false })],
  ['inspectPort', (signal) => inspectPort(80, { signal })],
  ['inspectPort with every owner', (signal) => inspectPort(80, { signal, owners: 'all' })],
]

describe.each(CALLS)('%s', (_, call) => {
  test('does not begin with a signal that is aborted', async () => {
    const read = vi.spyOn(binding(), 'read')
    await expect(call(AbortSignal.abort('enough'))).rejects.toBe('enough')
    expect(read).not.toHaveBeenCalled()
    read.mockRestore()
  })

  test.each([new Error('enough'), 'enough', 0, null])('ends with the reason %s', async (reason) => {
    const controller = new AbortController()
    const reading = call(controller.signal)
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })
})

/** The only thread of libuv's pool waits for a writer, so that reads stay pending until it comes. */
const HELD_POOL = `
  const fs = require('fs')
  const fifo = require('path').join(fs.mkdtempSync('/tmp/socktable-test-'), 'fifo')
  require('child_process').execFileSync('mkfifo', [fifo])
  const opened = new Promise((resolve) => fs.open(fifo, 'r', resolve))
  const release = async () => {
    fs.closeSync(fs.openSync(fifo, 'w'))
    await opened
    fs.rmSync(require('path').dirname(fifo), { recursive: true })
  }`

test('a read that has not begun ends at once, by a controller, a timeout or either', () => {
  const addon = fileURLToPath(new URL('../../dist/binding.js', import.meta.url))
  const code = `${HELD_POOL}
    const addon = require(${JSON.stringify(addon)}).binding()
    const native = []
    const { read } = addon
    addon.read = (words, receive) => read(words, (table, failure) => {
      native.push(failure?.errno ?? 'table')
      receive(table, failure)
    })
    const controller = new AbortController()
    const signals = [controller.signal, AbortSignal.timeout(5)]
    signals.push(AbortSignal.any([new AbortController().signal, AbortSignal.timeout(5)]))
    const reads = signals.map((signal) => m.listSockets({ signal }))
    const waiting = m.listSockets()
    controller.abort()
    const ends = await Promise.allSettled(reads)
    await new Promise((resolve) => setImmediate(resolve))
    const before = native.length
    await release()
    const { source } = await waiting
    return { ends: ends.map(({ reason }) => reason.name), before, native, source }`
  expect(evaluate(code, ['env', 'UV_THREADPOOL_SIZE=1'])).toEqual({
    ends: ['AbortError', 'TimeoutError', 'TimeoutError'],
    before: 3, // they have left the queue of the pool, whose thread is held still
    native: [ECANCELED, ECANCELED, ECANCELED, 'table'], // the addon reads nothing for those
    source: 'sock_diag',
  })
})

test('3,000 aborted reads leave memory, descriptors and threads where they were', () => {
  const code = `
    const { readdirSync } = require('fs')
    const { setMaxListeners } = require('events')
    const turns = [
      () => {},
      () => new Promise((resolve) => setImmediate(resolve)),
      (reads) => Promise.race(reads),
    ]
    let aborted = 0
    const run = async (count) => {
      for (let done = 0; done < count; done += 50) {
        const controller = new AbortController()
        setMaxListeners(0, controller.signal)
        const { signal } = controller
        const reads = Array.from({ length: 50 }, () => m.listSockets({ signal, include: ['names'] }))
        await turns[(done / 50) % turns.length](reads)
        controller.abort()
        const ends = await Promise.allSettled(reads)
        aborted += ends.filter(({ status }) => status === 'rejected').length
      }
      // Aborted calls end before their reads do, which hold descriptors until they notice.
      const inUse = () => readdirSync('/proc/self/fd').length + readdirSync('/proc/self/task').length
      for (let last = inUse(), same = 0; same < 20; same++) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (inUse() !== last) same = -1
        last = inUse()
      }
      gc()
      return {
        memory: process.memoryUsage().rss / 2 ** 20,
        descriptors: readdirSync('/proc/self/fd').length,
        threads: readdirSync('/proc/self/task').length,
      }
    }
    const before = await run(1500)
    aborted = 0
    return { before, after: await run(3000), aborted }`
  type Use = Record<'memory' | 'descriptors' | 'threads', number>
  const prefix = ['env', 'NODE_OPTIONS=--expose-gc']
  const result = evaluate<{ before: Use; after: Use; aborted: number }>(code, prefix)
  const { before, after } = result
  expect(result.aborted).toBeGreaterThan(2000)
  expect(after.descriptors).toBe(before.descriptors)
  expect(after.threads).toBe(before.threads)
  // Three KiB left of each would be more than this; the engine itself takes some 2 MiB meanwhile.
  expect(after.memory - before.memory).toBeLessThan(8)
})

test('20,000 aborted reads keep neither the thread pool nor memory', () => {
  const code = `${HELD_POOL}
    const { setMaxListeners } = require('events')
    const abortMany = async (count) => {
      const controller = new AbortController()
      setMaxListeners(0, controller.signal)
      const { signal } = controller
      const reads = Array.from({ length: count }, () => m.listSockets({ signal }))
      const ends = Promise.allSettled(reads)
      controller.abort()
      await ends
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (let round = 0; round < 10; round++) await abortMany(1000)
    gc()
    const before = process.memoryUsage().rss
    for (let round = 0; round < 20; round++) await abortMany(1000)
    gc()
    const grown = (process.memoryUsage().rss - before) / 2 ** 20
    await release()
    const { source } = await m.listSockets()
    return { grown, source }`
  const result = evaluate<{ grown: number; source: string }>(code, [
    'env',
    'UV_THREADPOOL_SIZE=1',
    'NODE_OPTIONS=--expose-gc',
  ])
  expect(result.source).toBe('sock_diag')
  // Queued to the end they took 5 KiB each, which is 100 MiB.
  expect(result.grown).toBeLessThan(40)
})
