import { describe, expect, test } from 'vitest'
import type { SocketRow } from '../../src/index.ts'
import { binding } from '../../src/binding.ts'
import { decodeTable } from '../../src/table/decode.ts'
import type { Include } from '../../src/types/index.ts'
import { INCLUDES, OWNER_UNKNOWN, TCP_STATES } from '../../src/types/index.ts'
import { type PackedRow, type PackedTable, packTable } from '../support/packed.ts'

const { layout } = binding()
const { LISTEN, ESTABLISHED } = layout.state
const { peer: PEER, v6OnlyKnown: V6_ONLY_KNOWN, v6Only: V6_ONLY } = layout.rowFlag
const { IPv6 } = layout.family
const ANY = Array<number>(16).fill(0)

const decode = (table: PackedTable) => decodeTable(packTable(table), layout, INCLUDES)

function decodeRow(row: PackedRow, table: PackedTable = {}): SocketRow<Include> {
  const { rows } = decode({ ...table, rows: [row] })
  expect(rows).toHaveLength(1)
  return rows[0] as SocketRow<Include>
}

test('every field of a row', () => {
  const row = decodeRow(
    {
      local: [192, 0, 2, 1],
      remote: [198, 51, 100, 7],
      fields: {
        cookie: 0x12345,
        inode: 4_000_000_000,
        ownerCount: 1,
        localPort: 65_535,
        remotePort: 443,
        state: ESTABLISHED,
        direction: layout.direction.out,
        flags: PEER,
      },
      details: {
        uid: 4_294_967_294,
        receiveQueue: 3_000_000_000,
        sendQueue: 7,
        known: layout.detailsFlag.queues | layout.detailsFlag.user,
      },
    },
    { owners: [[0, 12]], processes: [[77, 'näme']] },
  )
  expect(row).toEqual({
    id: '74565',
    protocol: 'tcp',
    family: 'IPv4',
    localAddress: '192.0.2.1',
    localPort: 65_535,
    remoteAddress: '198.51.100.7',
    remotePort: 443,
    state: 'ESTABLISHED',
    direction: 'out',
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

test('without include a row has the fields that every socket has, and its owners', () => {
  const [row] = decodeTable(packTable({ rows: [{}] }), layout).rows
  expect(row).toEqual({
    id: 'tcp 0.0.0.0 0 0',
    protocol: 'tcp',
    family: 'IPv4',
    localAddress: '0.0.0.0',
    localPort: 0,
    remoteAddress: null,
    remotePort: null,
    state: null,
    direction: null,
    pid: null,
    pids: [],
    fd: null,
    fds: [],
    processName: null,
    ownerUnknown: null,
  })
})

test.each([
  [['service'], ['service']],
  [['details'], ['uid', 'inode', 'interface', 'receiveQueue', 'sendQueue', 'backlog', 'dualStack']],
] as const)('include %j adds fields, and only those', (include, fields) => {
  const [plain] = decodeTable(packTable({ rows: [{}] }), layout).rows
  const [row] = decodeTable(packTable({ rows: [{}] }), layout, include).rows
  const added = Object.keys(row ?? {}).filter((name) => !(name in (plain ?? {})))
  expect(added).toEqual(expect.arrayContaining([...fields]))
  expect(added.includes('service')).toBe(include[0] === 'service')
})

describe('the id of a socket', () => {
  const connection = {
    local: [127, 0, 0, 1],
    remote: [127, 0, 0, 1],
    fields: { localPort: 1, remotePort: 2, flags: PEER },
  }

  test.each([
    [1n, '1'],
    [0xffff_ffffn, '4294967295'],
    [0x1_0000_0000n, '4294967296'],
    [0xffff_ffff_ffff_fffen, '18446744073709551614'],
  ])('is the cookie %i, exactly', (cookie, id) => {
    expect(decodeRow({ fields: { cookie } }).id).toBe(id)
  })

  test('is made of the addresses where the system has no cookie', () => {
    expect(decodeRow(connection).id).toBe('tcp 127.0.0.1 1 127.0.0.1 2')
  })

  test('of a connection has no inode, which goes when the connection is closed', () => {
    const withInode = { ...connection, fields: { ...connection.fields, inode: 5 } }
    expect(decodeRow(withInode).id).toBe(decodeRow(connection).id)
  })

  test('of sockets that share an address differs by inode', () => {
    const ids = [5, 6].map((inode) => decodeRow({ fields: { localPort: 1, inode } }).id)
    expect(new Set(ids).size).toBe(2)
  })

  test('of sockets at the same addresses differs by the time of creation', () => {
    const ids = [5, 6].map(
      (created) => decodeRow({ fields: { created: BigInt(created) << 32n } }).id,
    )
    expect(new Set(ids).size).toBe(2)
  })
})

describe('rows of Windows', () => {
  const report = {
    sources: 1 << layout.source.iphlpapi,
    flags: 1 << layout.reportFlag.numericScopes,
  }

  test('have an owner without a descriptor, and no queues', () => {
    const owners = [[0, layout.owner.noDescriptor]] as const
    const table: PackedTable = { owners, processes: [[4, 'System']], report }
    const row = decodeRow({ fields: { ownerCount: 1, state: LISTEN } }, table)
    expect(row).toMatchObject({ pid: 4, pids: [4], fd: null, fds: [], processName: 'System' })
    expect(row).toMatchObject({ receiveQueue: null, sendQueue: null, backlog: null })
    expect(decode(table).source).toBe('iphlpapi')
  })

  test('have numeric scopes in addresses, and the name beside them', () => {
    const local = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    const fields = { family: IPv6, interface: 12 }
    const row = decodeRow({ local, fields }, { interfaces: [[12, 'Ethernet']], report })
    expect(row).toMatchObject({ localAddress: 'fe80::1%12', interface: 'Ethernet' })
  })

  test('have the time of creation in milliseconds, and the service', () => {
    const filetime = (BigInt(Date.UTC(2026, 10, 21, 1, 2, 3, 456)) + 11_644_473_600_000n) * 10_000n
    const [first, second] = decode({
      rows: [{}, { fields: { created: filetime + 9_999n } }],
      services: [[1, 'Dnscache']],
      report,
    }).rows
    expect(first).toMatchObject({ createdAt: null, service: null })
    expect(second).toMatchObject({
      createdAt: Date.UTC(2026, 10, 21, 1, 2, 3, 456),
      service: 'Dnscache',
    })
  })
})

test('an inode beyond 32 bits', () => {
  expect(decodeRow({ fields: { inode: 2 ** 32 + 5 } }).inode).toBe(2 ** 32 + 5)
})

test('a user that is not known', () => {
  expect(decodeRow({ details: { uid: 0 } })).toMatchObject({ inode: null, uid: null })
})

test('who used an ownerless socket last', () => {
  const fields = { ownerUnknown: layout.ownerUnknown['no-owner'] }
  expect(decodeRow({ fields, details: { lastPid: 4321 } })).toMatchObject({
    pid: null,
    lastPid: 4321,
    ownerUnknown: 'no-owner',
  })
})

test('sections that this version does not know are ignored', () => {
  const table = { rows: [{ fields: { localPort: 80 } }], processes: [[7, 'a']] } as const
  expect(decode({ ...table, unknown: [77, 1000] })).toEqual(decode(table))
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
  const row = decodeRow({ fields: { ownerStart: 1, ownerCount: 3 } }, table)
  expect(row).toMatchObject({
    pid: 10,
    pids: [10, 30, 20],
    fd: 5,
    fds: [5, 7, 5],
    processName: 'a',
  })
  const { processes } = decode(table)
  expect(processes).toEqual([
    { pid: 30, name: 'c' },
    { pid: 20, name: null },
    { pid: 10, name: 'a' },
  ])
})

test.each(TCP_STATES)('state %s', (state) => {
  expect(decodeRow({ fields: { state: layout.state[state] } }).state).toBe(state)
})

test.each(OWNER_UNKNOWN)('reason %s', (ownerUnknown) => {
  const fields = { ownerUnknown: layout.ownerUnknown[ownerUnknown] }
  expect(decodeRow({ fields }).ownerUnknown).toBe(ownerUnknown)
})

test('a state or reason of a later version is null', () => {
  const row = decodeRow({ fields: { state: 200, ownerUnknown: 200 } })
  expect(row).toMatchObject({ state: null, ownerUnknown: null })
})

describe('addresses', () => {
  const linkLocal = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1]

  test('without a peer there is no remote address, whatever the bytes are', () => {
    const row = decodeRow({ remote: [1, 2, 3, 4], fields: { remotePort: 9 } })
    expect(row).toMatchObject({ remoteAddress: null, remotePort: null })
  })

  test('IPv6, and IPv4 in it', () => {
    const row = decodeRow({
      local: linkLocal,
      remote: mapped,
      fields: { family: IPv6, flags: PEER },
    })
    expect(row).toMatchObject({ family: 'IPv6', localAddress: 'fe80::1' })
    expect(row.remoteAddress).toBe('::ffff:127.0.0.1')
  })

  test('an interface is part of link-local addresses alone', () => {
    const fields = { family: IPv6, flags: PEER, interface: 3 }
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
      fields: { family: IPv6 },
    }))
    const texts = decode({ rows }).rows.map(({ localAddress }) => localAddress)
    const expected = rows.map((_, index) => (index ? `fe80::${index.toString(16)}` : 'fe80::'))
    expect(texts).toEqual(expected)
  })
})

describe('listeners', () => {
  test('have a backlog or null, which is no queue', () => {
    const fields = { state: LISTEN }
    const known = layout.detailsFlag.backlog | layout.detailsFlag.queues
    const details = { backlog: 511, receiveQueue: 2, known }
    expect(decodeRow({ fields, details })).toMatchObject({
      backlog: 511,
      sendQueue: 0,
      receiveQueue: 2,
    })
    expect(decodeRow({ fields }).backlog).toBeNull()
  })

  test.each([
    [ANY, V6_ONLY_KNOWN, true],
    [ANY, V6_ONLY_KNOWN | V6_ONLY, false],
    [[...ANY.slice(1), 1], V6_ONLY_KNOWN, false], // ::1 takes no IPv4 in any case
    [ANY, 0, null],
    [ANY, V6_ONLY_KNOWN | PEER, null],
  ])('dual stack %#', (local, flags, dualStack) => {
    const row = decodeRow({ local, fields: { family: IPv6, state: LISTEN, flags } })
    expect(row.dualStack).toBe(dualStack)
  })
})

describe('the report of a table', () => {
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
    [['sock_diag'], 'sock_diag'],
    [['procfs'], 'procfs'],
    [['sock_diag', 'procfs'], 'mixed'],
  ] as const)('sources %j are %s', (sources, name) => {
    const bits = sources.reduce((all, source) => all | (1 << layout.source[source]), 0)
    expect(decode({ report: { sources: bits } }).source).toBe(name)
  })

  test('why another source was read', () => {
    expect(decode({ report: { fallbackCode: 2 }, fallbackCall: 'dump' }).fallback).toEqual({
      code: 'ENOENT',
      syscall: 'dump',
    })
  })

  test.each([
    [{ flags: 1 << layout.reportFlag.boundUnavailable }, 'bound'],
    [{ flags: 1 << layout.reportFlag.interrupted }, 'interrupted'],
    [{ flags: 1 << layout.reportFlag.destroyEventsMissed }, 'short-lived'],
    [{ flags: 1 << layout.reportFlag.otherNetns }, 'netns'],
    [{ flags: 1 << layout.reportFlag.foreignProc }, 'pid-namespace'],
    [{ flags: 1 << layout.reportFlag.searchEnded }, 'search'],
    [{ flags: 1 << layout.reportFlag.socketsHidden }, 'sockets'],
    [{ flags: 1 << layout.reportFlag.askedDenied }, 'owners'],
    [{ skipped: 1 }, 'rows'],
    [{ unexpected: 1, unexpectedCode: 5 }, 'unexpected'],
  ])('%j: %s is missing', (report, missing) => {
    expect(decode({ report })).toMatchObject({ complete: false, missing: [missing] })
  })

  test('hidden owners are counted', () => {
    const { permission, 'not-asked': notAsked } = layout.ownerUnknown
    const rows = [notAsked, permission, permission].map((ownerUnknown) => ({
      fields: { ownerUnknown },
    }))
    const table = decode({ rows, report: { denied: 4 } })
    expect(table).toMatchObject({ complete: false, missing: ['owners'] })
    expect(table.hidden).toEqual({ processes: 4, sockets: 2 })
  })
})
