import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { SocketChanges } from '../../src/index.ts'
import { listSocketsSync } from '../../src/index.ts'
import { unusedPort } from '../support/own-sockets.ts'
import { until } from '../support/children.ts'
import { undisturbed } from '../support/undisturbed.ts'
import { reset, startWatch, take, watch } from '../support/watching.ts'

const servers: Server[] = []
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.resetAndDestroy()
  for (const server of servers.splice(0)) server.close()
})

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as { port: number }).port }
}

/** Connects, from a certain port if one is given, and waits until the other end was accepted. */
async function meet(server: Server, localPort?: number): Promise<{ client: Socket; end: Socket }> {
  const { port } = server.address() as { port: number }
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = connect({
    port,
    host: '127.0.0.1',
    allowHalfOpen: true,
    ...(localPort !== undefined && { localPort }),
  })
  sockets.push(client)
  await once(client, 'connect')
  const [end] = await accepted
  return { client, end }
}

const counts = ({ opened, closed, changed }: SocketChanges) => ({
  opened: opened.length,
  closed: closed.length,
  changed: changed.length,
})

describe.each(['sock_diag', 'procfs'] as const)('from %s', (source) => {
  test('the first set has opened all that the table has', async () => {
    const { port } = await listen()
    const { changes, table } = await undisturbed(async () => ({
      changes: await take(watch({ source })),
      table: listSocketsSync({ source }),
    }))
    const { sockets: count, opened, closed, changed, shortLived, ...report } = changes
    expect(opened).toEqual(table.rows)
    expect(count).toBe(table.rows.length)
    expect(opened.some(({ localPort }) => localPort === port)).toBe(true)
    expect([closed, changed]).toEqual([[], []])
    expect(shortLived).toEqual(source === 'sock_diag' ? [] : null)
    expect({ ...report, rows: opened }).toEqual(table)
  })

  test('a connection opens and closes', async () => {
    const { server, port } = await listen()
    const watcher = await startWatch({ source, localPort: port, include: ['names'] })
    const { client } = await meet(server)
    const opening = await take(watcher)
    expect(counts(opening)).toEqual({ opened: 1, closed: 0, changed: 0 })
    const [row] = opening.opened
    expect(row).toMatchObject({ state: 'ESTABLISHED', remotePort: client.localPort })
    expect(row).toMatchObject({ pid: process.pid, ownerUnknown: null })
    expect(row?.processName).toBe(opening.processes.find(({ pid }) => pid === row?.pid)?.name)
    expect(opening.sockets).toBe(2)

    await reset(client)
    const closing = await take(watcher)
    expect(counts(closing)).toEqual({ opened: 0, closed: 1, changed: 0 })
    expect(closing.closed).toEqual([row])
    expect(closing.sockets).toBe(1)
  })

  test('a state changes', async () => {
    const { server, port } = await listen()
    const { client, end } = await meet(server)
    const watcher = await startWatch({
      source,
      localPort: port,
      state: ['ESTABLISHED', 'CLOSE_WAIT'],
    })
    client.end()
    end.resume()
    await once(end, 'end')
    const set = await take(watcher)
    expect(counts(set)).toEqual({ opened: 0, closed: 0, changed: 1 })
    const { before, after } = set.changed[0] as SocketChanges['changed'][0]
    expect(before).toMatchObject({ state: 'ESTABLISHED', pid: process.pid })
    expect(after).toEqual({ ...before, state: 'CLOSE_WAIT' })
  })

  test('addresses that are used again are another socket', async () => {
    const { server, port } = await listen()
    const localPort = await unusedPort()
    const { client } = await meet(server, localPort)
    const watcher = await startWatch({
      source,
      localPort: port,
      state: 'ESTABLISHED',
      include: 'details',
    })
    await reset(client)
    await meet(server, localPort)
    const set = await take(watcher)
    expect(counts(set)).toEqual({ opened: 1, closed: 1, changed: 0 })
    const [closed, opened] = [set.closed[0], set.opened[0]]
    expect(opened?.remotePort).toBe(localPort)
    const { id, inode, fd, fds } = opened ?? {}
    expect(opened).toEqual({ ...closed, id, inode, fd, fds })
    expect(opened?.inode).not.toBe(closed?.inode)
  })

  test('a connection is the same in TIME_WAIT, where it has no owner', async () => {
    const { server, port } = await listen()
    const { client, end } = await meet(server)
    const watcher = await startWatch({ source, localPort: port })
    end.end()
    client.resume()
    await once(client, 'end')
    client.end()
    await until('it is in TIME_WAIT', () => {
      return listSocketsSync({ localPort: port, state: 'TIME_WAIT' }).rows.length === 1
    })
    const set = await take(watcher)
    expect(counts(set)).toEqual({ opened: 0, closed: 0, changed: 1 })
    expect(set.changed[0]?.before).toMatchObject({ state: 'ESTABLISHED', pid: process.pid })
    expect(set.changed[0]?.after).toMatchObject({ state: 'TIME_WAIT', ownerUnknown: 'no-owner' })
  })
})

test('a socket that opens and closes between two reads is none of the others', async () => {
  const { server, port } = await listen()
  const watcher = await startWatch({ localPort: port })
  const { client } = await meet(server)
  await reset(client)
  const kept = await meet(server)
  const set = await take(watcher)
  expect(counts(set)).toEqual({ opened: 1, closed: 0, changed: 0 })
  expect(set.opened[0]?.remotePort).toBe(kept.client.localPort)
})

test('a slow consumer gets all changes since the last set as one', async () => {
  const { server, port } = await listen()
  const first = await meet(server)
  const watcher = await startWatch({ localPort: port, state: 'ESTABLISHED' })
  const ports: (number | undefined)[] = []
  for (let round = 0; round < 5; round++) ports.push((await meet(server)).client.localPort)
  await reset(first.client)
  const set = await take(watcher)
  expect(counts(set)).toEqual({ opened: 5, closed: 1, changed: 0 })
  expect(set.opened.map(({ remotePort }) => remotePort).sort()).toEqual(ports.sort())
})

test('rows of a table in another order are the same', async () => {
  const { server, port } = await listen()
  for (let round = 0; round < 40; round++) await meet(server)
  const watcher = await startWatch({ localPort: port, state: 'ESTABLISHED' })
  // A third of them goes, others come in between.
  const going = sockets
    .filter(({ remotePort }) => remotePort === port)
    .filter((_, i) => i % 3 === 0)
  for (const client of going) await reset(client)
  for (let round = 0; round < 14; round++) await meet(server)
  expect(counts(await take(watcher))).toEqual({ opened: 14, closed: going.length, changed: 0 })
})
