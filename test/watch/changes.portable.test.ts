import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { SocketChanges } from '../../src/index.ts'
import { countSockets, countSocketsSync, listSocketsSync } from '../../src/index.ts'
import { until } from '../support/children.ts'
import { startWatch, take, watch } from '../support/watching.ts'
import { otherServer } from '../support/holders.ts'
import { connection, datagrams, listen } from '../support/own-sockets.ts'

const counts = ({ opened, closed, changed }: SocketChanges) => ({
  opened: opened.length,
  closed: closed.length,
  changed: changed.length,
})

test('the first set of changes has the whole table as opened', async () => {
  const { port } = await listen('127.0.0.1')
  const { opened, sockets } = await take(watch({ localPort: port }))
  expect(opened).toMatchObject([{ localPort: port, state: 'LISTEN', pid: process.pid }])
  expect(sockets).toBe(1)
})

test.each(['127.0.0.1', '::1'])(
  'a connection on %s is reported as it opens and closes',
  async (host) => {
    const { server, port } = await listen(host)
    const watcher = await startWatch({ localPort: port, include: ['names'] })
    const { client, accepted } = await connection(server, host)
    const { localPort } = client
    const opening = await take(watcher)
    expect(counts(opening)).toEqual({ opened: 1, closed: 0, changed: 0 })
    const [row] = opening.opened
    expect(row).toMatchObject({ state: 'ESTABLISHED', remotePort: localPort, pid: process.pid })
    expect(row?.processName).toBe(opening.processes[0]?.name)

    client.resetAndDestroy()
    await new Promise((resolve) => accepted.once('close', resolve)) // with the error of a reset
    const closing = await take(watcher)
    expect(counts(closing)).toEqual({ opened: 0, closed: 1, changed: 0 })
    expect(closing.closed).toEqual([row])
  },
)

test('a UDP socket is reported as it opens', async () => {
  const watcher = await startWatch({ protocol: 'udp' })
  const { port } = await datagrams('udp4', '127.0.0.1')
  const { opened } = await take(watcher)
  expect(opened).toMatchObject([{ protocol: 'udp', localPort: port, pid: process.pid }])
  expect(opened[0]?.remotePort).toBeNull()
})

test('the listener of a process that ends is reported as closed', async () => {
  const { process: child, pid, port } = await otherServer()
  const watcher = await startWatch({ localPort: port })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await until('its listener is gone', () => listSocketsSync({ localPort: port }).rows.length === 0)
  const set = await take(watcher)
  expect(counts(set)).toEqual({ opened: 0, closed: 1, changed: 0 })
  expect(set.closed).toMatchObject([{ pid, localPort: port }])
})

test('a port that another process takes is a closed and an opened socket', async () => {
  const first = await otherServer()
  const watcher = await startWatch({ localPort: first.port })
  first.process.kill('SIGKILL')
  await once(first.process, 'exit')
  await until('the port is free', () => {
    return listSocketsSync({ localPort: first.port }).rows.length === 0
  })
  const { server } = await listen('127.0.0.1', first.port)
  const set = await take(watcher)
  server.close()
  expect(counts(set)).toEqual({ opened: 1, closed: 1, changed: 0 })
  expect(set.closed).toMatchObject([{ pid: first.pid }])
  expect(set.opened).toMatchObject([{ pid: process.pid }])
})

test('countSockets and a watcher count by state, process and port', async () => {
  const { server, port } = await listen('127.0.0.1')
  await connection(server, '127.0.0.1')
  const expected = [
    { state: 'LISTEN', pid: process.pid, count: 1 },
    { state: 'ESTABLISHED', pid: process.pid, count: 1 },
  ]
  for (const table of [
    await countSockets(['state', 'pid'], { localPort: port }),
    countSocketsSync(['state', 'pid'], { localPort: port }),
  ]) {
    expect(table.counts).toHaveLength(2)
    expect(table.counts).toEqual(expect.arrayContaining(expected))
  }
  const watcher = await startWatch({ localPort: port })
  expect((await watcher.count('listeningPort')).counts).toEqual([{ listeningPort: port, count: 2 }])
})

test('close() and an aborted signal end a pending next() at once', async () => {
  const waiting = { localPort: 1, interval: 60_000 }
  const closed = await startWatch(waiting)
  const next = closed.next()
  closed.close()
  expect(await next).toEqual({ done: true, value: undefined })

  const controller = new AbortController()
  const aborted = await startWatch({ ...waiting, signal: controller.signal })
  const rejected = expect(aborted.next()).rejects.toBe('enough')
  controller.abort('enough')
  await rejected
})
