import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { listSockets, listSocketsSync } from '../../src/index.ts'
import { openHandles } from '../support/open-handles.ts'
import { listen } from '../support/own-sockets.ts'

const ENTRY = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

test('sync and async reads at the same time give the same rows', async () => {
  const { port } = await listen('127.0.0.1')
  const reads = Array.from({ length: 20 }, () => listSockets({ localPort: port }))
  const inBetween = listSocketsSync({ localPort: port }).rows
  const tables = await Promise.all(reads)
  for (const { rows } of tables) expect(rows).toEqual(inBetween)
  expect(inBetween).toMatchObject([{ pid: process.pid, state: 'LISTEN' }])
})

test('worker threads read at the same time and end with reads pending', async () => {
  const { port } = await listen('127.0.0.1')
  const code = `
    const { parentPort, workerData } = require('worker_threads')
    const { listSockets, listSocketsSync } = require(${JSON.stringify(ENTRY)})
    const localPort = workerData
    Promise.all(Array.from({ length: 5 }, () => listSockets({ localPort }))).then((tables) => {
      parentPort.postMessage([...tables, listSocketsSync({ localPort })].map(({ rows }) => rows[0].pid))
      listSockets()
      process.exit(0)
    })`
  const answers = await Promise.all(
    [1, 2, 3].map(async () => {
      const worker = new Worker(code, { eval: true, workerData: port })
      const answer = new Promise((resolve, reject) => {
        worker.once('message', resolve).once('error', reject)
      })
      const exit = new Promise((resolve) => worker.once('exit', resolve))
      return [await answer, await exit]
    }),
  )
  for (const [pids] of answers) expect(pids).toEqual(Array(6).fill(process.pid))
})

test('an aborted read rejects with the reason', async () => {
  const controller = new AbortController()
  const reading = listSockets({ signal: controller.signal })
  controller.abort('enough')
  await expect(reading).rejects.toBe('enough')
})

test('10,000 reads leave memory and handles where they were', { timeout: 300_000 }, async () => {
  const read = async (count: number) => {
    for (let done = 0; done < count; done += 10) {
      await Promise.all(Array.from({ length: 5 }, () => listSockets({ include: ['names'] })))
      for (let more = 0; more < 5; more++) listSocketsSync({ owners: 'none' })
    }
  }
  await read(1000)
  const handles = openHandles()
  const memory = process.memoryUsage.rss()
  await read(10_000)
  expect(openHandles() - handles).toBeLessThan(20)
  expect(process.memoryUsage.rss() - memory).toBeLessThan(64 * 2 ** 20)
})
