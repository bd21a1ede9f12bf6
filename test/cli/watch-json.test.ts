import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { SocketRow } from '../../src/index.ts'
import { socktable } from './run.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Line {
  readonly change: 'initial' | 'opened' | 'closed' | 'changed'
  readonly time: string
  readonly row: SocketRow
  readonly before?: SocketRow
}

const children: ChildProcessByStdio<null, Readable, null>[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function watch(...options: string[]) {
  const words = [MAIN, 'watch', '--json', '--interval', '0.05', ...options]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value as string) as Line
  return { child, next }
}

async function listen(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as { port: number }).port }
}

test('one change a line: what there was, what opens and what closes', async () => {
  const { server, port } = await listen()
  const { next } = watch('-l', '--port', String(port))
  const initial = await next()
  expect(initial).toMatchObject({ change: 'initial', row: { localPort: port, pid: process.pid } })
  expect(Math.abs(Date.parse(initial.time) - Date.now())).toBeLessThan(60_000)
  server.close()
  expect(await next()).toMatchObject({ change: 'closed', row: { localPort: port } })
  const again = await listen(port)
  expect(await next()).toMatchObject({ change: 'opened', row: { localPort: port } })
  again.server.close()
})

test('what changed is told with what it was before', async () => {
  const { server, port } = await listen()
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [socket] = await accepted
  const { next } = watch('--port', String(port), '--remote-port', String(client.localPort))
  expect(await next()).toMatchObject({ change: 'initial', row: { state: 'ESTABLISHED' } })
  client.end()
  expect(await next()).toMatchObject({
    change: 'changed',
    before: { state: 'ESTABLISHED' },
    row: { state: 'CLOSE_WAIT' },
  })
  socket.destroy()
  client.destroy()
  server.close()
})

test('Ctrl-C ends it, and so does who reads no more', async () => {
  const { server, port } = await listen()
  const first = watch('-l', '--port', String(port))
  await first.next()
  first.child.kill('SIGINT')
  expect(await once(first.child, 'exit')).toEqual([null, 'SIGINT'])
  const second = watch('-l', '--port', String(port))
  await second.next()
  second.child.stdout.destroy()
  server.close()
  expect(await once(second.child, 'exit')).toEqual([0, null])
})

test.each([
  [['watch'], 'watch draws on a terminal'],
  [['watch', 'x'], "watch takes no 'x'"],
  [['watch', '--json', '--interval', '0'], '--interval must be more than 0'],
  [['watch', '--json', '--interval', '-1'], '--interval needs a number of seconds'],
  [['watch', '--json', '--csv'], 'unknown option --csv'],
  [['watch', '-lB', '--json'], '-l leaves bound sockets out'],
])('%j is wrong', (words, message) => {
  const { code, stdout, stderr } = socktable(...words)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
})

test('--help', () => {
  const { code, stdout } = socktable('watch', '--help')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[\n -~]*$/)
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})
