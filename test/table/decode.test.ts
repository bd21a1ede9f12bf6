import { describe, expect, test } from 'vitest'
import type { SocketRow } from '../../src/index.ts'
import { LAYOUT, OWNER_UNKNOWN_BY_NUMBER, STATE_BY_NUMBER } from '../../src/layout.ts'
import { decodeTable } from '../../src/table/decode.ts'
import { type PackedRow, type PackedTable, packTable } from '../support/packed.ts'

const LISTEN = STATE_BY_NUMBER.indexOf('LISTEN')
const ESTABLISHED = STATE_BY_NUMBER.indexOf('ESTABLISHED')
const NO_OWNER = OWNER_UNKNOWN_BY_NUMBER.indexOf('no-owner')
const PEER = LAYOUT['flag.peer']
const IPV6 = LAYOUT['flag.ipv6']
const ANY = Array<number>(16).fill(0)

function decodeRow(row: PackedRow, table: PackedTable = {}): SocketRow {
  const { rows } = decodeTable(packTable({ ...table, rows: [row] }))
  expect(rows).toHaveLength(1)
  return rows[0] as SocketRow
}

test('every field of a row', () => {
  const row = decodeRow(
    {
      local: [192, 0, 2, 1],
      remote: [198, 51, 100, 7],
      fields: {
        'row.inode': 4_000_000_000,
        'row.uid': 4_294_967_294,
        'row.receiveQueue': 3_000_000_000,
        'row.sendQueue': 7,
        'row.ownerCount': 1,
        'row.localPort': 65_535,
        'row.remotePort': 443,
        'row.state': ESTABLISHED,
        'row.flags': PEER | LAYOUT['flag.queues'] | LAYOUT['flag.user'],
      },
    },
    { owners: [[0, 12]], processes: [[77, 'näme']] },
  )
  expect(row).toEqual({
    protocol: 'tcp',
    family: 'IPv4',
    localAddress: '192.0.2.1',
    localPort: 65_535,
    remoteAddress: '198.51.100.7',
    remotePort: 443,
    state: 'ESTABLISHED',
    pid: 77,
    pids: [77],
    fd: 12,
    fds: [12],
    processName: 'näme',
    lastPid: null,
    ownerUnknown: null,
    uid: 4_294_967_294,
    inode: 4_000_000_000,
    receiveQueue: 3_000_000_000,
    sendQueue: 7,
    backlog: null,
    dualStack: null,
    interface: null,
    createdAt: null,
    service: null,
  })
  expect(structuredClone(row)).toEqual(row)
  expect(JSON.parse(JSON.stringify(row))).toEqual(row)
})

describe('what Windows tells', () => {
  const header = {
    'header.sources': LAYOUT['report.fromIpHelper'],
    'header.flags': LAYOUT['report.numericScopes'],
  }

  test('an owner without a descriptor, and queues that nobody told', () => {
    const owners = [[0, LAYOUT['owner.noDescriptor']]] as const
    const table: PackedTable = { owners, processes: [[4, 'System']], header }
    const row = decodeRow({ fields: { 'row.ownerCount': 1, 'row.state': LISTEN } }, table)
    expect(row).toMatchObject({ pid: 4, pids: [4], fd: null, fds: [], processName: 'System' })
    expect(row).toMatchObject({ receiveQueue: null, sendQueue: null, backlog: null })
    expect(decodeTable(packTable(table)).source).toBe('iphlpapi')
  })

  test('scopes are numbers in addresses and have names beside them', () => {
    const local = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    const fields = { 'row.flags': IPV6, 'row.interface': 12 }
    const row = decodeRow({ local, fields }, { interfaces: [[12, 'Ethernet']], header })
    expect(row).toMatchObject({ localAddress: 'fe80::1%12', interface: 'Ethernet' })
  })

  test('the time of creation in milliseconds, and the service', () => {
    const filetime = (BigInt(Date.UTC(2026, 10, 21, 1, 2, 3, 456)) + 11_644_473_600_000n) * 10_000n
    const buffer = packTable({
      rows: [{}, { fields: { 'row.flags': LAYOUT['flag.created'] } }],
      services: [[1, 'Dnscache']],
      header,
    })
    const at = LAYOUT.headerWords * 4 + LAYOUT['row.size'] + LAYOUT['row.identity']
    new DataView(buffer).setBigUint64(at, filetime + 9_999n, true)
    const [first, second] = decodeTable(buffer).rows
    expect(first).toMatchObject({ createdAt: null, service: null })
    expect(second).toMatchObject({
      createdAt: Date.UTC(2026, 10, 21, 1, 2, 3, 456),
      service: 'Dnscache',
    })
  })
})

test('an inode beyond 32 bits', () => {
  const buffer = packTable({ rows: [{ fields: { 'row.inode': 5 } }] })
  const high = LAYOUT.headerWords * 4 + LAYOUT['row.inode'] + 4
  new DataView(buffer).setUint32(high, 1, true)
  expect(decodeTable(buffer).rows[0]?.inode).toBe(2 ** 32 + 5)
})

test('a user that was not told', () => {
  expect(decodeRow({ fields: { 'row.uid': 0 } })).toMatchObject({ inode: null, uid: null })
})

test('who used an ownerless socket last', () => {
  const fields = { 'row.ownerStart': 4321, 'row.ownerUnknown': NO_OWNER }
  expect(decodeRow({ fields })).toMatchObject({
    pid: null,
    lastPid: 4321,
    ownerUnknown: 'no-owner',
  })
})

test('holders of a shared socket keep their order', () => {
  const table: PackedTable = {
    owners: [
      [9, 9],
      [2, 5],
      [0, 7],
      [1, 5],
    ],
    processes: [
      [30, 'c'],
      [20, ''],
      [10, 'a'],
    ],
  }
  const row = decodeRow({ fields: { 'row.ownerStart': 1, 'row.ownerCount': 3 } }, table)
  expect(row).toMatchObject({
    pid: 10,
    pids: [10, 30, 20],
    fd: 5,
    fds: [5, 7, 5],
    processName: 'a',
  })
  const { processes } = decodeTable(packTable(table))
  expect(processes).toEqual([
    { pid: 30, name: 'c' },
    { pid: 20, name: null },
    { pid: 10, name: 'a' },
  ])
})

test.each(STATE_BY_NUMBER.map((state, number) => [number, state] as const))(
  'state %i is %s',
  (number, state) => {
    expect(decodeRow({ fields: { 'row.state': number } }).state).toBe(state)
  },
)

test('a state or reason of a later version is null', () => {
  const row = decodeRow({ fields: { 'row.state': 200, 'row.ownerUnknown': 200 } })
  expect(row).toMatchObject({ state: null, ownerUnknown: null })
})

test.each(OWNER_UNKNOWN_BY_NUMBER.map((reason, number) => [number, reason] as const))(
  'reason %i is %s',
  (number, reason) => {
    expect(decodeRow({ fields: { 'row.ownerUnknown': number } }).ownerUnknown).toBe(reason)
  },
)

describe('addresses', () => {
  const linkLocal = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1]

  test('without a peer there is no remote address, whatever the bytes are', () => {
    const row = decodeRow({ remote: [1, 2, 3, 4], fields: { 'row.remotePort': 9 } })
    expect(row).toMatchObject({ remoteAddress: null, remotePort: null })
  })

  test('IPv6, and IPv4 in it', () => {
    const row = decodeRow({
      local: linkLocal,
      remote: mapped,
      fields: { 'row.flags': IPV6 | PEER },
    })
    expect(row).toMatchObject({ family: 'IPv6', localAddress: 'fe80::1' })
    expect(row.remoteAddress).toBe('::ffff:127.0.0.1')
  })

  test('an interface is part of link-local addresses alone', () => {
    const fields = { 'row.flags': IPV6 | PEER, 'row.interface': 3 }
    const interfaces = [[3, 'eth0']] as const
    const row = decodeRow({ local: linkLocal, remote: mapped, fields }, { interfaces })
    expect(row).toMatchObject({ localAddress: 'fe80::1%eth0', interface: 'eth0' })
    expect(row.remoteAddress).toBe('::ffff:127.0.0.1')
    const gone = decodeRow({ local: linkLocal, fields }, { interfaces: [[3, '']] })
    expect(gone).toMatchObject({ localAddress: 'fe80::1%3', interface: '3' })
  })

  test('many addresses, each its own', () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({
      local: [...linkLocal.slice(0, 14), index >> 8, index & 255],
      fields: { 'row.flags': IPV6 },
    }))
    const texts = decodeTable(packTable({ rows })).rows.map(({ localAddress }) => localAddress)
    const expected = rows.map((_, index) => (index ? `fe80::${index.toString(16)}` : 'fe80::'))
    expect(texts).toEqual(expected)
  })
})

describe('listeners', () => {
  const KNOWN = LAYOUT['flag.v6OnlyKnown']
  const ONLY = LAYOUT['flag.v6Only']

  test('the backlog is told or null, and is no queue', () => {
    const fields = { 'row.state': LISTEN, 'row.sendQueue': 511, 'row.receiveQueue': 2 }
    const flags = LAYOUT['flag.backlogKnown'] | LAYOUT['flag.queues']
    const known = decodeRow({ fields: { ...fields, 'row.flags': flags } })
    expect(known).toMatchObject({ backlog: 511, sendQueue: 0, receiveQueue: 2 })
    expect(decodeRow({ fields: { ...fields, 'row.sendQueue': 0 } }).backlog).toBeNull()
  })

  test.each([
    [ANY, IPV6 | KNOWN, true],
    [ANY, IPV6 | KNOWN | ONLY, false],
    [[...ANY.slice(1), 1], IPV6 | KNOWN, false], // ::1 takes no IPv4 in any case
    [ANY, IPV6, null],
    [ANY, IPV6 | KNOWN | PEER, null],
  ])('dual stack %#', (local, flags, dualStack) => {
    const row = decodeRow({ local, fields: { 'row.state': LISTEN, 'row.flags': flags } })
    expect(row.dualStack).toBe(dualStack)
  })
})

describe('what a table says about itself', () => {
  const { 'report.fromSockDiag': diag, 'report.fromProcfs': proc } = LAYOUT
  const decode = (header: PackedTable['header'], texts = '') =>
    decodeTable(packTable({ header: header ?? {}, texts }))

  test('nothing is missing', () => {
    expect(decode({})).toEqual({
      source: 'sock_diag',
      fallback: null,
      complete: true,
      missing: [],
      hidden: { processes: 0, sockets: 0 },
      processes: [],
      rows: [],
    })
  })

  test.each([
    [diag, 'sock_diag'],
    [proc, 'procfs'],
    [diag | proc, 'mixed'],
  ])('sources %i are %s', (sources, name) => {
    expect(decode({ 'header.sources': sources }).source).toBe(name)
  })

  test('why another source was read', () => {
    const header = { 'header.fallbackCode': 2, 'header.fallbackCallLength': 4 }
    expect(decode(header, 'dump').fallback).toEqual({ code: 'ENOENT', syscall: 'dump' })
  })

  test.each([
    [{ 'header.flags': LAYOUT['report.boundUnavailable'] }, 'bound'],
    [{ 'header.flags': LAYOUT['report.interrupted'] }, 'interrupted'],
    [{ 'header.skipped': 1 }, 'rows'],
    [{ 'header.unexpected': 1, 'header.unexpectedCode': 5 }, 'unexpected'],
  ])('%j: %s is missing', (header, missing) => {
    expect(decode(header)).toMatchObject({ complete: false, missing: [missing] })
  })

  test('hidden owners are counted', () => {
    const permission = OWNER_UNKNOWN_BY_NUMBER.indexOf('permission')
    const rows = [1, permission, permission].map((reason) => ({
      fields: { 'row.ownerUnknown': reason },
    }))
    const table = decodeTable(packTable({ rows, header: { 'header.denied': 4 } }))
    expect(table).toMatchObject({ complete: false, missing: ['owners'] })
    expect(table.hidden).toEqual({ processes: 4, sockets: 2 })
  })
})
