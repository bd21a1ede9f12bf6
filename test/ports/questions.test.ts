import { createSocket } from 'node:dgram'
import { type AddressInfo, type Server, connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import {
  type InspectOptions,
  type PortInspection,
  inspectPort,
  inspectPortSync,
} from '../../src/index.ts'
import { until } from '../support/children.ts'
import { holdByPython } from '../support/holders.ts'

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

async function inspect(port: number, options: InspectOptions = {}): Promise<PortInspection> {
  const found = inspectPortSync(port, options)
  expect(await inspectPort(port, options)).toEqual(found)
  return found
}

test('inspectPort names the process that listens', async () => {
  const port = await listen()
  const found = await inspect(port, { include: ['names'] })
  expect(found).toMatchObject({ port, inUse: true, listening: true, states: ['LISTEN'] })
  expect(found).toMatchObject({ owners: [{ pid: process.pid }], unknown: [] })
  expect(found.owners[0]?.sockets).toMatchObject([{ localPort: port, state: 'LISTEN' }])
  const { owners, unknown, table } = await inspect(port, { owners: 'none' })
  expect(table.rows[0]).toMatchObject({ pid: null, ownerUnknown: 'not-asked' })
  expect([owners, unknown]).toEqual([[], table.rows])
})

test('inspectPort finds nothing on a free port', async () => {
  const port = await listen()
  await Promise.all(endings.splice(0).map((end) => end()))
  await until('the port is free', () => !inspectPortSync(port).inUse)
  const found = await inspect(port)
  expect(found).toMatchObject({ inUse: false, listening: false, states: [] })
  expect(found).toMatchObject({ owners: [], unknown: [], table: { rows: [] } })
})

test('a port that only a client uses has no owner', async () => {
  const client = connect(await listen(), '127.0.0.1')
  await new Promise((resolve) => client.once('connect', resolve))
  endings.push(() => client.destroy())
  const found = await inspect(client.localPort as number)
  expect(found).toMatchObject({ inUse: true, listening: false, states: ['ESTABLISHED'] })
  expect(found).toMatchObject({ owners: [], unknown: [] })
  const [row] = (await inspect(client.localPort as number, { owners: 'first' })).table.rows
  expect(row).toMatchObject({ pid: process.pid, state: 'ESTABLISHED' })
})

test('inspectPort looks up the owners of servers, not of their connections', async () => {
  const port = await listen()
  const client = connect(port, '127.0.0.1')
  await new Promise((resolve) => client.once('connect', resolve))
  endings.push(() => client.destroy())
  const accepted = () => inspectPortSync(port, { owners: 'first' }).table.rows
  await until('it is accepted', () => accepted().every(({ pid }) => pid === process.pid))
  const found = await inspect(port)
  expect(found).toMatchObject({ states: ['LISTEN', 'ESTABLISHED'], owners: [{ pid: process.pid }] })
  expect(found.owners[0]?.sockets).toMatchObject([{ state: 'LISTEN' }])
  const reasons = found.table.rows.map(({ state, ownerUnknown }) => [state, ownerUnknown])
  expect(Object.fromEntries(reasons)).toEqual({ LISTEN: null, ESTABLISHED: 'not-asked' })
  expect((await inspect(port, { listening: true })).table.rows).toMatchObject([{ state: 'LISTEN' }])
  const others = await inspect(port, { listening: false })
  expect(others).toMatchObject({ inUse: true, listening: false, states: ['ESTABLISHED'] })
})

test('UDP', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, resolve))
  endings.push(() => socket.close())
  const { port } = socket.address()
  const protocol = 'udp'
  const found = await inspect(port, { protocol })
  expect(found).toMatchObject({ inUse: true, listening: true, states: [] })
  expect(found.owners).toMatchObject([{ pid: process.pid, sockets: [{ protocol }] }])
  // It has to be asked for, as everywhere.
  expect(await inspect(port)).toMatchObject({ inUse: false, owners: [] })
})

test('the processes that share a listener are all owners, with their names', async () => {
  const held = await holdByPython('shared_by_forks(2)')
  const { owners } = inspectPortSync(held.port, { include: ['names'] })
  expect(owners.map(({ pid }) => pid)).toEqual([held.pid, ...held.children])
  expect(new Set(owners.map(({ name }) => name)).size).toBe(1)
})

test('a port that is only bound is in use and not listened on', async () => {
  const { port } = await holdByPython('bound()')
  const found = await inspect(port)
  expect(found).toMatchObject({ inUse: true, listening: false, states: ['BOUND'] })
})
