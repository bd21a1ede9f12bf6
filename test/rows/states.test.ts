import { isIP } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SocketRow, TCP_STATES, listSockets, listSocketsSync } from '../../src/index.ts'
import { type Lab, isLabSocket, startLab } from '../support/lab.ts'
import { procSummaries, ssSummaries, summary } from '../support/oracles.ts'
import { isRoot, needs } from '../support/requirements.ts'
import { undisturbed } from '../support/undisturbed.ts'

type Row = SocketRow<'details'>

// "addr add" and a second namespace take root, or the root of a user namespace; both are uid 0.
const canMakeLab = needs(isRoot, 'root, to make network namespaces')

describe.runIf(canMakeLab)('every state, from the real kernel', () => {
  let lab: Lab
  let rows: readonly Row[]
  beforeAll(async () => {
    lab = await startLab()
    rows = listSocketsSync({ bound: true, include: 'details' }).rows
  })
  afterAll(() => lab.end())

  test('the lab has every state that a socket can be seen in, for both families', () => {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const states = new Set(rows.filter((row) => row.family === family).map(({ state }) => state))
      // Neither source shows a TCP socket that is closed and not bound.
      const expected = TCP_STATES.filter((state) => state !== 'CLOSED')
      expect([...states].filter((state) => state !== null).sort()).toEqual([...expected].sort())
    }
  })

  test('each socket of the lab is one row, with its owner', () => {
    for (const socket of lab.sockets) {
      const found = rows.filter((row) => isLabSocket(row, socket))
      // The three members of a SO_REUSEPORT group look alike but for their inodes.
      const alike = lab.sockets.filter((other) => JSON.stringify(other) === JSON.stringify(socket))
      expect(found, JSON.stringify(socket)).toHaveLength(alike.length)
      for (const row of found)
        expect(row.pid, JSON.stringify(row)).toBe(socket.owned ? lab.pid : null)
    }
    // Of other tests only what has no owner any more can be left here.
    const owned = lab.sockets.filter((socket) => socket.owned)
    expect(rows.filter(({ pid }) => pid !== null)).toHaveLength(owned.length)
  })

  test('an ownerless row says why', () => {
    for (const row of rows.filter(({ pid }) => pid === null)) {
      const waits = row.state === 'ESTABLISHED' || row.state === 'CLOSE_WAIT'
      expect(row.ownerUnknown, row.state ?? '').toBe(waits ? 'not-accepted' : 'no-owner')
      expect(row).toMatchObject({ pids: [], fd: null, fds: [], inode: null, uid: null })
    }
  })

  test('ss shows the same sockets', async () => {
    const { table, summaries } = await undisturbed(() => ({
      table: listSocketsSync({ owners: 'none', include: 'details' }),
      summaries: ssSummaries(),
    }))
    expect(table.rows.map(summary).sort()).toEqual(summaries)
  })

  test('/proc/net shows the same sockets', async () => {
    const { table, summaries } = await undisturbed(() => ({
      table: listSocketsSync({ owners: 'none', source: 'procfs', include: 'details' }),
      summaries: procSummaries(),
    }))
    expect(table.rows.map(summary).sort()).toEqual(summaries)
  })

  test('both sources give the same rows', async () => {
    const comparable = (row: Row): Row => ({
      ...row,
      id: '', // procfs has no cookies
      localAddress: row.localAddress.replace(/%.*/, ''),
      backlog: null,
      dualStack: null,
      interface: null,
    })
    const order = (a: Row, b: Row) => (summary(a) < summary(b) ? -1 : 1)
    const { diag, proc } = await undisturbed(() => ({
      diag: listSocketsSync({ source: 'sock_diag', include: 'details' }),
      proc: listSocketsSync({ source: 'procfs', include: 'details' }),
    }))
    expect(diag).toMatchObject({ source: 'sock_diag', fallback: null, complete: true })
    expect(proc).toMatchObject({ source: 'procfs', fallback: null, complete: true })
    expect(proc.rows.map(comparable).sort(order)).toEqual(diag.rows.map(comparable).sort(order))
  })

  test('the asynchronous twin gives the same table', async () => {
    const order = (a: Row, b: Row) => (summary(a) < summary(b) ? -1 : 1)
    const { table, twin } = await undisturbed(async () => ({
      table: listSocketsSync({ bound: true, include: 'details' }),
      twin: await listSockets({ bound: true, include: 'details' }),
    }))
    expect([...twin.rows].sort(order)).toEqual([...table.rows].sort(order))
  })

  test('bound sockets are shown when asked for, and missing from procfs', () => {
    expect(listSocketsSync().rows.some(({ state }) => state === 'BOUND')).toBe(false)
    expect(rows.filter(({ state }) => state === 'BOUND')).toHaveLength(2)
    const proc = listSocketsSync({ bound: true, source: 'procfs' })
    expect(proc).toMatchObject({ complete: false, missing: ['bound'] })
  })

  test('an IPv6 wildcard says whether it takes IPv4 too', () => {
    const wildcards = rows.filter(({ localAddress }) => localAddress === '::')
    expect(wildcards.map(({ dualStack }) => dualStack).sort()).toEqual([false, true])
    const dual = wildcards.find(({ dualStack }) => dualStack)
    expect(dual).toMatchObject({ backlog: 11, sendQueue: 0, remoteAddress: null, remotePort: null })
    const accepted = rows.find(
      (row) => row.localPort === dual?.localPort && row.state === 'ESTABLISHED',
    )
    expect(accepted).toMatchObject({
      family: 'IPv6',
      localAddress: '::ffff:127.0.0.1',
      remoteAddress: '::ffff:127.0.0.1',
      dualStack: null,
    })
  })

  test('the members of a SO_REUSEPORT group are rows of their own', () => {
    const ports = rows.filter(({ state }) => state === 'LISTEN').map(({ localPort }) => localPort)
    const shared = ports.filter((port) => ports.filter((other) => other === port).length === 3)
    const members = rows.filter(({ localPort }) => localPort === shared[0])
    expect(members).toHaveLength(3)
    expect(new Set(members.map(({ inode }) => inode)).size).toBe(3)
    expect(new Set(members.map(({ fd }) => fd)).size).toBe(3)
  })

  test('a bound device is shown, and is part of a link-local address alone', () => {
    const onDevice = rows.filter((row) => row.interface !== null)
    expect(onDevice.map((row) => row.interface)).toEqual(['lab0', 'lab0', 'lab0'])
    expect(onDevice.filter((row) => row.localAddress.endsWith('%lab0'))).toHaveLength(1)
    for (const row of rows) expect(isIP(row.localAddress), row.localAddress).toBeGreaterThan(0)
  })

  test('queues: unread bytes, and connections that wait for a listener', () => {
    const unread = rows.filter(
      ({ receiveQueue, state }) => state === 'ESTABLISHED' && receiveQueue === 5,
    )
    expect(unread).toHaveLength(2)
    const waiting = rows.filter(
      ({ state, receiveQueue }) => state === 'LISTEN' && receiveQueue === 1,
    )
    expect(waiting.map(({ backlog }) => backlog)).toEqual([3, 3])
    const datagrams = rows.filter((row) => row.protocol === 'udp' && row.receiveQueue !== 0)
    expect(datagrams).toHaveLength(2)
  })
})
