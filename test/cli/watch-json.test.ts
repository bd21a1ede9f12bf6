import { once } from 'node:events'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { watchCommand } from '../support/watch-command.ts'

async function listen(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as { port: number }).port }
}

test('watch --json prints a changed socket with what it was before', async () => {
  const { server, port } = await listen()
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [socket] = await accepted
  const { next } = watchCommand('--port', String(port), '--remote-port', String(client.localPort))
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

test('watch --json ends with Ctrl-C or when its reader closes the pipe', async () => {
  const { server, port } = await listen()
  const first = watchCommand('-l', '--port', String(port))
  await first.next()
  first.child.kill('SIGINT')
  expect(await once(first.child, 'exit')).toEqual([null, 'SIGINT'])
  const second = watchCommand('-l', '--port', String(port))
  await second.next()
  second.child.stdout.destroy()
  server.close()
  expect(await once(second.child, 'exit')).toEqual([0, null])
})
