/** Sockets of this process and of others, made with nothing but Node. */

import { type ChildProcess, fork } from 'node:child_process'
import { type Socket as UdpSocket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { listSocketsSync } from '../../src/index.ts'
import { until } from '../support/children.ts'

const ends: (() => void)[] = []
afterAll(() => {
  for (const end of ends.splice(0)) end()
})

export async function listen(host: string, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer()
  server.listen({ port, host, ipv6Only: false })
  ends.push(() => server.close())
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** A connection to a listener: its client's end and the one that the listener accepted. */
export async function connection(
  server: Server,
  host: string,
): Promise<{ client: Socket; accepted: Socket }> {
  const client = connect((server.address() as AddressInfo).port, host)
  const [[accepted]] = (await Promise.all([
    once(server, 'connection'),
    once(client, 'connect'),
  ])) as [[Socket], unknown]
  for (const socket of [client, accepted]) {
    socket.on('error', () => undefined)
    ends.push(() => socket.destroy())
  }
  return { client, accepted }
}

export async function datagrams(
  type: 'udp4' | 'udp6',
  host: string,
): Promise<{ socket: UdpSocket; port: number }> {
  const socket = createSocket(type)
  socket.bind(0, host)
  ends.push(() => socket.close())
  await once(socket, 'listening')
  return { socket, port: socket.address().port }
}

/** A port that no socket has, not even one in TIME_WAIT: a listener may share it with such a one. */
export function unusedPort(): Promise<number> {
  return until('a port is nobody’s', async () => {
    const { server, port } = await listen('127.0.0.1')
    await new Promise((resolve) => server.close(resolve))
    const uses = [{ localPort: port }, { remotePort: port }].map((query) => listSocketsSync(query))
    return uses.every(({ rows }) => rows.length === 0) && port
  })
}

export interface Listener {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
}

/** Another process that listens. */
export async function otherListener(): Promise<Listener> {
  const child = fork(fileURLToPath(new URL('other-listener.mjs', import.meta.url)))
  ends.push(() => child.kill('SIGKILL'))
  const [port] = (await once(child, 'message')) as [number]
  return { child, pid: child.pid as number, port }
}
