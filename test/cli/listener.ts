import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { afterAll, beforeAll } from 'vitest'

export interface Listener {
  port: number
  client: Socket
}

/** A listener on 127.0.0.1 with one client, both of this process, while the tests of a file run. */
export function useListener(): Listener {
  const server = createServer()
  const listener = {} as Listener
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    listener.port = (server.address() as AddressInfo).port
    listener.client = connect(listener.port, '127.0.0.1')
    await Promise.all([once(listener.client, 'connect'), once(server, 'connection')])
  })
  afterAll(() => {
    listener.client.destroy()
    server.close()
  })
  return listener
}
