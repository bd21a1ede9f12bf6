import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { inspectPort, inspectPortSync, listSocketsSync } from '../../src/index.ts'
import { until } from '../support/children.ts'

test('a port that only lingers is in use, has no owner and says why', async () => {
  const server = createServer((socket) => socket.end()) // who ends first keeps the TIME_WAIT
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1').resume()
  await once(client, 'close')
  server.close()
  await once(server, 'close')

  const usage = await until('the listener has gone', () => {
    const now = inspectPortSync(port)
    return now.states.join() === 'TIME_WAIT' && now
  })
  expect(usage).toMatchObject({ port, inUse: true, listening: false, states: ['TIME_WAIT'] })
  expect(await inspectPort(port)).toEqual(usage)

  const { rows } = listSocketsSync({ localPort: port, include: 'details' })
  expect(rows).toMatchObject([{ state: 'TIME_WAIT', pid: null, ownerUnknown: 'no-owner' }])
  expect(rows).toMatchObject([{ inode: null, uid: null, fds: [], remoteAddress: '127.0.0.1' }])

  expect(usage).toMatchObject({ owners: [], unknown: [] })
  const servers = inspectPortSync(port, { listening: true })
  expect(servers).toMatchObject({ port, owners: [], unknown: [], table: { rows: [] } })
  expect(await inspectPort(port, { listening: true })).toEqual(servers)
})
