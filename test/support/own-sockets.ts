/** Sockets of this process, made with nothing but Node, until the end of a file of tests. */

import { type Socket as UdpSocket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import { listSocketsSync } from '../../src/index.ts'
import { until } from './children.ts'

const ends: (() => void)[] = []
afterAll(() => {
  for (const end of ends.splice(0)) end()
})

async function bind(server: Server, host: string, port: number): Promise<number> {
  server.listen({ port, host, ipv6Only: false })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/**
 * A port that no socket has at any address, not even one in TIME_WAIT: a number that the system gives
 * may be another's in another protocol or at another address.
 */
export function unusedPort(): Promise<number> {
  return until('a port is unused', async () => {
    const server = createServer()
    const port = await bind(server, '127.0.0.1', 0)
    await new Promise((resolve) => server.close(resolve))
    const uses = [{ localPort: port }, { remotePort: port }].map((query) =>
      listSocketsSync({ ...query, owners: 'none' }),
    )
    return uses.every(({ rows }) => rows.length === 0) && port
  })
}

/** Listens, at an unused port unless one is given. */
export async function listen(
  host: string,
  port?: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer()
  ends.push(() => server.close())
  return { server, port: await bind(server, host, port ?? (await unusedPort())) }
}

/** A connection to a listener: its client's end, at a port of its own, and the accepted one. */
export function connection(
  server: Server,
  host: string,
): Promise<{ client: Socket; accepted: Socket }> {
  return until('the client’s port is its own', async () => {
    const client = connect((server.address() as AddressInfo).port, host)
    const [[accepted]] = (await Promise.all([
      once(server, 'connection'),
      once(client, 'connect'),
    ])) as [[Socket], unknown]
    for (const socket of [client, accepted]) {
      socket.on('error', () => undefined)
      ends.push(() => socket.destroy())
    }
    const { rows } = listSocketsSync({ localPort: client.localPort as number, owners: 'none' })
    if (rows.length === 1) return { client, accepted }
    client.resetAndDestroy()
    return false
  })
}

export async function datagrams(
  type: 'udp4' | 'udp6',
  host: string,
): Promise<{ socket: UdpSocket; port: number }> {
  const socket = createSocket(type)
  socket.bind(await unusedPort(), host)
  ends.push(() => socket.close())
  await once(socket, 'listening')
  return { socket, port: socket.address().port }
}

export interface Listener {
  port: number
  client: Socket
}

/** A listener on 127.0.0.1 with one client, both of this process, while the tests of a file run. */
export function useListener(): Listener {
  const listener = {} as Listener
  beforeAll(async () => {
    const { server, port } = await listen('127.0.0.1')
    const { client } = await connection(server, '127.0.0.1')
    Object.assign(listener, { port, client })
  })
  return listener
}
