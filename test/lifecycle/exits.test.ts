import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

function endOf(script: string) {
  const code = `const m = require(${JSON.stringify(entry)})
    const pend = () => { for (let i = 0; i < 20; i++) m.listSockets().catch(() => {}) }
    ${script}`
  return spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
}

// Each way ends the process at another point of its reads; a fault there is a matter of chance.
test.each([
  ['at once', 'pend(); process.exit(7)'],
  ['after the first read', 'pend(); m.listSockets().finally(() => process.exit(7))'],
  [
    'in the middle',
    'pend(); const end = performance.now() + 2; while (performance.now() < end);process.exit(7)',
  ],
  ['from an exit handler', 'process.on("exit", () => { pend(); process.exitCode = 7 })'],
  [
    'with aborted reads',
    `const controllers = Array.from({ length: 20 }, () => new AbortController())
    for (const { signal } of controllers) m.listSockets({ signal }).catch(() => {})
    setImmediate(() => { controllers.forEach((one) => one.abort()); process.exit(7) })`,
  ],
  [
    'while worker threads read',
    `const { Worker } = require('worker_threads')
    const body = 'const m = require(' + JSON.stringify(${JSON.stringify(entry)}) + ');' +
      'for (let i = 0; i < 20; i++) m.listSockets();' +
      'require("worker_threads").parentPort.postMessage(1)'
    // Node 20 aborts by itself where a worker is still linking modules then (IsGraphAsync).
    let reading = 0
    for (let i = 0; i < 3; i++) {
      new Worker(body, { eval: true }).on('message', () => ++reading === 3 && process.exit(7))
    }
    pend()`,
  ],
])('process.exit() with reads pending: %s', (_, script) => {
  for (let round = 0; round < 10; round++) {
    const { status, signal, stderr } = endOf(script)
    expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: '' })
  }
})

test('an uncaught error ends the process as usual', () => {
  const { status, signal, stderr } = endOf(
    'pend(); setImmediate(() => { throw new Error("mine") })',
  )
  expect({ status, signal }).toEqual({ status: 1, signal: null })
  expect(stderr).toContain('Error: mine')
})

test('an error after a read comes from where it was thrown', () => {
  const { status, stderr } = endOf('m.listSockets().then(() => { throw new Error("mine") })')
  expect(status).toBe(1)
  expect(stderr).toContain('Error: mine')
})

test('a signal ends a process that reads', () => {
  const { status, signal } = endOf(
    'pend(); setImmediate(() => process.kill(process.pid, "SIGTERM"))',
  )
  expect({ status, signal }).toEqual({ status: null, signal: 'SIGTERM' })
})
