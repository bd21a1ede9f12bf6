import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { evaluate } from '../support/evaluate.ts'

const ENTRY = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** Code that runs `body` in a worker thread, which sees the package as `m`, and tells of its end. */
const RUN = `
  const { Worker } = require('worker_threads')
  const head = 'const m = require(${JSON.stringify(ENTRY)});' +
    'const { parentPort } = require("worker_threads");' +
    'const pend = () => { for (let i = 0; i < 20; i++) m.listSockets().catch(() => {}) };'
  const run = (body, onMessage = () => {}) => new Promise((resolve, reject) => {
    const worker = new Worker(head + body, { eval: true })
    worker.on('message', (message) => onMessage(worker, message))
    worker.on('error', reject)
    worker.on('exit', resolve)
  })`

test('worker threads end themselves with reads pending, 50 times', () => {
  const code = `${RUN}
    const codes = []
    for (let round = 0; round < 50; round++) {
      const reading = m.listSockets()
      codes.push(await run('pend(); setImmediate(() => process.exit(7))'))
      await reading
    }
    return codes`
  expect(evaluate(code)).toEqual(Array(50).fill(7))
})

test('worker threads are terminated with reads pending, 50 times', () => {
  const code = `${RUN}
    let live = 0
    const ends = []
    for (let round = 0; round < 50; round++) {
      const reading = m.listSockets()
      // Now before the first read has ended, now after some have.
      const wait = round % 2 ? 'await m.listSockets();' : ''
      const body = '(async () => { pend();' + wait + 'parentPort.postMessage(1) })();' +
        'setInterval(() => {}, 1000)'
      ends.push(await run(body, (worker) => { live++; worker.terminate() }))
      await reading
    }
    return { live, ends }`
  expect(evaluate(code)).toEqual({ live: 50, ends: Array(50).fill(1) })
})

test('worker threads read at once what the main thread reads', () => {
  const code = `${RUN}
    const server = require('net').createServer()
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address()
    const body = 'm.listSockets({ localPort: ' + port + ' }).then((a) => parentPort.postMessage(' +
      '[a.rows, m.listSocketsSync({ localPort: ' + port + ' }).rows]))'
    const told = []
    const codes = await Promise.all(Array.from({ length: 4 }, () =>
      run(body, (_, message) => { told.push(...message) })))
    const own = m.listSocketsSync({ localPort: port }).rows
    server.close()
    return { codes, told, own, pid: process.pid }`
  const seen = evaluate<{ codes: number[]; told: unknown[]; own: unknown[]; pid: number }>(code)
  expect(seen.codes).toEqual([0, 0, 0, 0])
  expect(seen.own).toMatchObject([{ pid: seen.pid }])
  expect(seen.told).toEqual(Array(8).fill(seen.own))
})

test('a read in one thread goes on when another that reads has ended', () => {
  const code = `${RUN}
    const reads = Array.from({ length: 40 }, () => m.listSockets())
    await run('pend(); process.exit(0)')
    return new Set((await Promise.all(reads)).map(({ source }) => source)).size`
  expect(evaluate(code)).toBe(1)
})
