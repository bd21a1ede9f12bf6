import { once } from 'node:events'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type SocketRow, inspectPort, listSockets, listSocketsSync } from '../../src/index.ts'
import type { Source } from '../../src/types/index.ts'
import { until } from '../support/children.ts'
import { otherServer } from '../support/holders.ts'
import { connection, datagrams, listen } from '../support/own-sockets.ts'

/** The system's own name for where its rows come from. */
const SOURCES: Partial<Record<NodeJS.Platform, Source>> = { win32: 'iphlpapi', darwin: 'pcblist' }
const SOURCE = SOURCES[process.platform] ?? 'sock_diag'
const FOREIGN = process.platform === 'win32' ? 'procfs' : 'iphlpapi'

const only = <Row extends SocketRow>(rows: readonly Row[]): Row => {
  expect(rows).toHaveLength(1)
  return rows[0] as Row
}

describe.each([
  ['127.0.0.1', 'IPv4'],
  ['::1', 'IPv6'],
] as const)('TCP on %s', (host, family) => {
  test('a listener', async () => {
    const { port } = await listen(host)
    for (const table of [
      await listSockets({ localPort: port }),
      listSocketsSync({ localPort: port }),
    ]) {
      expect(table).toMatchObject({ source: SOURCE, complete: true, missing: [], fallback: null })
      expect(only(table.rows)).toMatchObject({
        protocol: 'tcp',
        family,
        localAddress: host,
        localPort: port,
        remoteAddress: null,
        remotePort: null,
        state: 'LISTEN',
        pid: process.pid,
        pids: [process.pid],
        ownerUnknown: null,
      })
    }
  })

  test('both ends of a connection', async () => {
    const { server, port } = await listen(host)
    const { client } = await connection(server, host)
    const clientPort = client.localPort as number
    const ends = { protocol: 'tcp', family, localAddress: host, remoteAddress: host }
    const open = { ...ends, state: 'ESTABLISHED', pid: process.pid }
    const find = (localPort: number, remotePort: number) =>
      only(listSocketsSync({ localPort, remotePort, listening: false }).rows)
    expect(find(clientPort, port)).toMatchObject({ ...open, localPort: clientPort })
    expect(find(port, clientPort)).toMatchObject({ ...open, remotePort: clientPort })
  })

  test('a closing connection is no longer ESTABLISHED', async () => {
    const { server, port } = await listen(host)
    server.on('connection', (socket) => socket.pause())
    const { client } = await connection(server, host)
    const localPort = client.localPort as number
    client.end()
    await until('it is closed on one side', async () => {
      const { rows } = await listSockets({ localPort, remotePort: port, listening: false })
      return rows.every(({ state }) => state !== 'ESTABLISHED')
    })
  })
})

describe.each([
  ['udp4', '127.0.0.1', 'IPv4'],
  ['udp6', '::1', 'IPv6'],
] as const)('%s', (type, host, family) => {
  test('a bound socket', async () => {
    const { port } = await datagrams(type, host)
    const row = only(
      (await listSockets({ protocol: 'udp', localPort: port, listening: true })).rows,
    )
    expect(row).toMatchObject({
      protocol: 'udp',
      family,
      localAddress: host,
      localPort: port,
      remoteAddress: null,
      remotePort: null,
      state: null,
      pid: process.pid,
    })
  })
})

test('a listener on :: is found by its port', async () => {
  const { port } = await listen('::')
  const { rows } = await listSockets({ localPort: port, listening: true })
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.every(({ pid }) => pid === process.pid)).toBe(true)
  expect(rows.map(({ localAddress }) => localAddress)).toContain('::')
})

describe('filters', () => {
  test('select by protocol, family, state, ports and listening', async () => {
    const { server, port } = await listen('127.0.0.1')
    const { client } = await connection(server, '127.0.0.1')
    const udp = await datagrams('udp6', '::1')
    const localPort = [port, client.localPort as number, udp.port]
    const count = async (options: Parameters<typeof listSockets>[0]) =>
      (await listSockets({ localPort, ...options })).rows.length
    expect(await count({})).toBe(4)
    expect(await count({ protocol: 'tcp' })).toBe(3)
    expect(await count({ protocol: 'udp' })).toBe(1)
    expect(await count({ family: 'IPv6' })).toBe(1)
    expect(await count({ family: ['IPv4', 'IPv6'] })).toBe(4)
    expect(await count({ state: 'LISTEN' })).toBe(1)
    expect(await count({ state: ['ESTABLISHED', 'LISTEN'] })).toBe(3)
    expect(await count({ state: 'SYN_SENT' })).toBe(0)
    expect(await count({ listening: true })).toBe(2)
    expect(await count({ listening: false })).toBe(2)
    expect(await count({ remotePort: port })).toBe(1)
    expect(await count({ localPort: { from: port, to: port } })).toBe(2)
  })

  test('select the sockets of a process', async () => {
    const other = await otherServer()
    const own = await listen('127.0.0.1')
    const { rows } = await listSockets({ pid: other.pid })
    expect(rows.map(({ localPort }) => localPort)).toContain(other.port)
    expect(rows.every(({ pid }) => pid === other.pid)).toBe(true)
    expect(listSocketsSync({ pid: process.pid, localPort: own.port }).rows).toHaveLength(1)
  })

  test('reject for a process that does not exist', async () => {
    const other = await otherServer()
    other.process.kill('SIGKILL')
    await once(other.process, 'exit') // until then its number is that of a zombie
    await expect(listSockets({ pid: other.pid })).rejects.toMatchObject({ code: 'ESRCH' })
  })
})

describe('owners', () => {
  test('include another process, with its name', async () => {
    const other = await otherServer()
    const { rows, processes } = await listSockets({ localPort: other.port, include: ['names'] })
    const name = basename(process.execPath)
    expect(only(rows)).toMatchObject({ pid: other.pid, processName: name })
    expect(processes).toEqual([{ pid: other.pid, name }])
  })

  test('are null with a reason where they were not asked for', async () => {
    const { port } = await listen('127.0.0.1')
    const table = await listSockets({ localPort: port, owners: 'none' })
    expect(only(table.rows)).toMatchObject({ pid: null, pids: [], ownerUnknown: 'not-asked' })
    expect(table.processes).toEqual([])
  })

  test('createdAt and service are null where the system does not know them', async () => {
    const { port } = await listen('127.0.0.1')
    const query = { localPort: port, include: ['details', 'service'] } as const
    const row = only((await listSockets(query)).rows)
    expect(row).toMatchObject({ pid: process.pid, service: null })
    if (row.createdAt !== null) expect(Math.abs(Date.now() - row.createdAt)).toBeLessThan(60_000)
  })

  test('are those of inspectPort', async () => {
    const other = await otherServer()
    const { owners, unknown, ...usage } = await inspectPort(other.port)
    expect(owners).toMatchObject([{ pid: other.pid, sockets: [{ localPort: other.port }] }])
    expect(unknown).toEqual([])
    expect(usage).toMatchObject({ inUse: true, listening: true })
    other.process.kill('SIGKILL')
    await until('the port is free', async () => !(await inspectPort(other.port)).inUse)
  })
})

describe('listSockets', () => {
  test.each([
    [{ localPort: 70_000 }, 'ERR_OUT_OF_RANGE'],
    [{ localPort: '80' }, 'ERR_INVALID_ARG_TYPE'],
    [{ protocol: 'sctp' }, 'ERR_INVALID_ARG_VALUE'],
    [{ state: 'OPEN' }, 'ERR_INVALID_ARG_VALUE'],
    [{ pid: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ ports: [80] }, 'ERR_INVALID_ARG_VALUE'],
    [{ include: 'service', owners: 'none' }, 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %j before anything is read', async (options, code) => {
    await expect(listSockets(options as never)).rejects.toMatchObject({ code })
    expect(() => listSocketsSync(options as never)).toThrow(expect.objectContaining({ code }))
  })

  test('rejects the source of another system with ENOTSUP', async () => {
    const failure = { code: 'ENOTSUP', syscall: 'source' }
    await expect(listSockets({ source: FOREIGN })).rejects.toMatchObject(failure)
    expect(() => listSocketsSync({ listening: true, source: FOREIGN })).toThrow(
      expect.objectContaining(failure),
    )
  })
})
