import { createSocket } from 'node:dgram'
import { type AddressInfo, type Server, connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { portOwners, portOwnersSync, portUsage, portUsageSync } from '../../src/index.ts'
import { startPython, until } from '../support/children.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()))
})

async function listen(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  endings.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function both(port: number) {
  const usage = portUsageSync(port)
  const owners = portOwnersSync(port, { names: true })
  expect(await portUsage(port)).toEqual(usage)
  expect(await portOwners(port, { names: true })).toEqual(owners)
  return { usage, owners }
}

test('a listener', async () => {
  const port = await listen()
  const { usage, owners } = await both(port)
  expect(usage).toMatchObject({ port, inUse: true, listening: true, states: ['LISTEN'] })
  expect(usage.table.rows[0]).toMatchObject({ pid: null, ownerUnknown: 'not-asked' })
  expect(owners).toMatchObject({ port, owners: [{ pid: process.pid }], unknown: [] })
  expect(owners.owners[0]?.sockets).toMatchObject([{ localPort: port, state: 'LISTEN' }])
})

test('a port that nobody has', async () => {
  const port = await listen()
  await Promise.all(endings.splice(0).map((end) => end()))
  await until('the port is free', () => !portUsageSync(port).inUse)
  const { usage, owners } = await both(port)
  expect(usage).toMatchObject({ inUse: false, listening: false, states: [] })
  expect(owners).toMatchObject({ owners: [], unknown: [] })
})

test('a port that only a client uses has no owner', async () => {
  const client = connect(await listen(), '127.0.0.1')
  await new Promise((resolve) => client.once('connect', resolve))
  endings.push(() => client.destroy())
  const { usage, owners } = await both(client.localPort as number)
  expect(usage).toMatchObject({ inUse: true, listening: false, states: ['ESTABLISHED'] })
  expect(owners).toMatchObject({ owners: [], unknown: [] })
})

test('UDP', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, resolve))
  endings.push(() => socket.close())
  const { port } = socket.address()
  const protocol = 'udp'
  const usage = { inUse: true, listening: true, states: [] }
  const owners = [{ pid: process.pid, sockets: [{ protocol }] }]
  expect(await portUsage(port, { protocol })).toMatchObject(usage)
  expect(portUsageSync(port, { protocol })).toMatchObject(usage)
  expect((await portOwners(port, { protocol })).owners).toMatchObject(owners)
  expect(portOwnersSync(port, { protocol }).owners).toMatchObject(owners)
  // It has to be asked for, as everywhere.
  const asked = await both(port)
  expect(asked).toMatchObject({ usage: { inUse: false }, owners: { owners: [] } })
})

test('the processes that share a listener are all owners, with their names', async () => {
  const holder = startPython('holders.py', 'fork', '2')
  endings.push(() => holder.end())
  const held = await holder.json<{ port: number; pid: number; children: number[] }>()
  const { owners } = portOwnersSync(held.port, { names: true })
  expect(owners.map(({ pid }) => pid)).toEqual([held.pid, ...held.children])
  expect(new Set(owners.map(({ name }) => name)).size).toBe(1)
})

test('a port that is bound alone is in use, but nobody listens', async () => {
  const holder = startPython('holders.py', 'bound')
  endings.push(() => holder.end())
  const { port } = await holder.json<{ port: number }>()
  const { usage } = await both(port)
  expect(usage).toMatchObject({ inUse: true, listening: false, states: ['BOUND'] })
})
