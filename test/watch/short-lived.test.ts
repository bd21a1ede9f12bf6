import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { type Server, connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Include, SocketRow, SocketWatcher } from '../../src/index.ts'
import { listSocketsSync, socketCounter } from '../../src/index.ts'
import { until } from '../support/children.ts'
import { AS_NOBODY, evaluate } from '../support/evaluate.ts'
import { listener } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'
import { reset, startWatch, take } from '../support/watching.ts'

// Sockets that open and close between two reads, which the kernel reports.

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function listen(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined))
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as { port: number }).port
}

/** Connects, resets the connection, which leaves nothing behind, and returns the client's port. */
async function visit(port: number): Promise<number> {
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  const localPort = client.localPort as number
  await reset(client)
  return localPort
}

const portsOf = ({ localPort, remotePort }: SocketRow) => [localPort, remotePort]

/** So many of them: the kernel reports them a little later. */
async function takeShortLived<Included extends Include>(
  watcher: SocketWatcher<Included>,
  count: number,
): Promise<SocketRow<Included>[]> {
  const rows: SocketRow<Included>[] = []
  while (rows.length < count) {
    const { opened, closed, changed, shortLived } = await take(watcher)
    expect({ opened, closed, changed }).toEqual({ opened: [], closed: [], changed: [] })
    rows.push(...(shortLived ?? []))
  }
  return rows
}

test('watchSockets reports a short-lived connection once', async () => {
  const port = await listen()
  const watcher = await startWatch({ localPort: port, include: 'details' })
  // The client's end, which resets it, has forgotten its peer by then.
  const first = await visit(port)
  const [row] = await takeShortLived(watcher, 1)
  expect(row).toMatchObject({
    state: 'CLOSED',
    localAddress: '127.0.0.1',
    localPort: port,
    remoteAddress: '127.0.0.1',
    remotePort: first,
    pid: null,
    ownerUnknown: 'gone',
    uid: null,
    inode: null,
    receiveQueue: null,
  })
  const second = await visit(port)
  expect((await takeShortLived(watcher, 1)).map(portsOf)).toEqual([[port, second]])
})

test('one that was seen is not: it has closed, or lingers', async () => {
  const port = await listen()
  const watcher = await startWatch({ localPort: port })
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  expect(await take(watcher)).toMatchObject({ opened: [{ state: 'ESTABLISHED' }], shortLived: [] })
  await reset(client)
  expect(await take(watcher)).toMatchObject({ closed: [{ state: 'ESTABLISHED' }], shortLived: [] })

  // Where the client ends first, its end lingers, and the server's closes.
  const clients = await startWatch({ remotePort: port })
  const second = connect({ port, host: '127.0.0.1' })
  await once(second, 'connect')
  second.end()
  await until('it lingers', () =>
    listSocketsSync({ remotePort: port }).rows.some(({ state }) => state === 'TIME_WAIT'),
  )
  expect(await take(clients)).toMatchObject({ opened: [{ state: 'TIME_WAIT' }], shortLived: [] })
})

test('a closed connection that its process keeps open is reported once', async () => {
  const { port, ask } = await listener()
  const watcher = await startWatch({ localPort: port })
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  await ask('accepted = server.accept()[0]')
  expect((await take(watcher)).opened).toHaveLength(1)
  await reset(client)
  expect(await take(watcher)).toMatchObject({ closed: [{ localPort: port }], shortLived: [] })
  await ask('accepted.close()')
  // The kernel's report of this one comes after that of the other.
  const visitor = await visit(port)
  await ask('server.accept()[0].close()')
  expect((await takeShortLived(watcher, 1)).map(portsOf)).toEqual([[port, visitor]])
})

test('a UDP socket', async () => {
  const watcher = await startWatch({ protocol: 'udp' })
  const socket = createSocket('udp6')
  await new Promise<void>((resolve) => socket.bind(0, '::1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  expect(await takeShortLived(watcher, 1)).toMatchObject([
    { protocol: 'udp', family: 'IPv6', localAddress: '::1', localPort: port, state: null },
  ])
})

test('those that the query asks for alone', async () => {
  const [port, other] = [await listen(), await listen()]
  const watcher = await startWatch({ localPort: port, protocol: 'tcp' })
  await visit(other)
  const client = await visit(port)
  expect((await takeShortLived(watcher, 1)).map(portsOf)).toEqual([[port, client]])
})

test.each([
  ['certain states', { state: 'ESTABLISHED' }],
  ['certain processes', { pid: process.pid }],
  ['/proc/net', { source: 'procfs' }],
] as const)('shortLived is null where %s are asked for', async (_what, options) => {
  const port = await listen()
  const watcher = await startWatch(options)
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  expect(await take(watcher)).toMatchObject({ shortLived: null })
  client.resetAndDestroy()
})

test('a counter counts them as opened and closed', async () => {
  const port = await listen()
  const counter = socketCounter(['state'], { localPort: port })
  await counter.count()
  await visit(port)
  const counts = await until('it is counted', async () => {
    const next = await counter.count()
    return next.opened !== 0 && next
  })
  expect(counts).toMatchObject({ opened: 1, closed: 1, sockets: 1 })
  counter.close()
})

test.runIf(needs(canBecomeOthers, 'root, to become another user'))(
  'without privilege as well, and that some were missed is said (needs root)',
  () => {
    const code = `
      const { execFileSync } = require('node:child_process')
      const open = (count) => execFileSync('python3', ['-c', [
        'import socket',
        'for _ in range(' + count + '):',
        '  one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
        '  one.bind(("127.0.0.1", 0))',
        '  one.close()',
      ].join('\\n')])
      const watcher = m.watchSockets({ interval: 1, protocol: 'udp' })
      await watcher.next()
      open(3)
      let few = 0
      while (few < 3) few += (await watcher.next()).value.shortLived.length
      // More than net.core.rmem_max has room for, unless the kernel is so busy that it reports them
      // when they are read already.
      let missing = []
      while (missing.length === 0) {
        open(60000)
        missing = (await watcher.next()).value.missing
      }
      watcher.close()
      return [few, missing]`
    expect(evaluate(code, AS_NOBODY)).toEqual([3, ['short-lived']])
  },
)
