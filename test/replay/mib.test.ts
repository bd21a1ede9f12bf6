import { describe, expect, test } from 'vitest'
import { checkBeginnings, fixture, recorded, replay } from '../support/replay.ts'

// The tables of IP Helper as the documentation draws them, built byte by byte: a count, then rows.
// Their order here is that of kMibLayouts in native/windows/mib_layout.h.
const TABLES = [
  ['tcp4', 'plain'],
  ['tcp4', 'owner'],
  ['tcp4', 'module'],
  ['tcp6', 'plain'],
  ['tcp6', 'owner'],
  ['tcp6', 'module'],
  ['udp4', 'plain'],
  ['udp4', 'owner'],
  ['udp4', 'module'],
  ['udp6', 'plain'],
  ['udp6', 'owner'],
  ['udp6', 'module'],
] as const
type Kind = (typeof TABLES)[number][0]
type Detail = (typeof TABLES)[number][1]

interface Fields {
  readonly state?: number
  readonly local?: readonly number[]
  readonly localScope?: number
  readonly localPort?: number
  readonly remote?: readonly number[]
  readonly remoteScope?: number
  readonly remotePort?: number
  readonly pid?: number
  readonly created?: bigint
}

const ONE = [127, 0, 0, 1]
const ONE6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
const LINK_LOCAL = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]

/** A port as Windows writes it: network order in the low half, anything in the other. */
function portWord(port: number): Buffer {
  return Buffer.from([port >> 8, port & 0xff, 0xde, 0xad])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

function row(kind: Kind, detail: Detail, fields: Fields): Buffer {
  const ipv6 = kind.endsWith('6')
  const { state = 5, localPort = 80, remotePort = 4000, pid = 77, created = 0n } = fields
  const { local = ipv6 ? ONE6 : ONE, remote = ipv6 ? ONE6 : ONE } = fields
  const end = (address: readonly number[], scope: number | undefined, port: number) => [
    Buffer.from(address),
    ...(ipv6 ? [u32(scope ?? 0)] : []),
    portWord(port),
  ]
  const tcp = kind.startsWith('tcp')
  const parts = [
    ...end(local, fields.localScope, localPort),
    ...(tcp ? end(remote, fields.remoteScope, remotePort) : []),
  ]
  // The state comes first but in the IPv6 rows that name an owner.
  if (tcp && ipv6 && detail !== 'plain') parts.push(u32(state))
  else if (tcp) parts.unshift(u32(state))
  if (detail !== 'plain') parts.push(u32(pid))
  let bytes = Buffer.concat(parts)
  if (detail !== 'module') return bytes
  bytes = Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8), u64(created)])
  if (!tcp) bytes = Buffer.concat([bytes, u64(0n)]) // flags
  return Buffer.concat([bytes, Buffer.alloc(16 * 8, 0xaa)])
}

function table(detail: Detail, rows: readonly Buffer[], count = rows.length): Buffer {
  const start = detail === 'module' ? [u32(count), u32(0xaaaaaaaa)] : [u32(count)]
  return Buffer.concat([...start, ...rows])
}

function indexed(kind: Kind, detail: Detail, bytes: Buffer): Buffer {
  const index = TABLES.findIndex(([name, level]) => name === kind && level === detail)
  return Buffer.concat([Buffer.from([index]), bytes])
}

const parse = (kind: Kind, detail: Detail, bytes: Buffer) =>
  replay('mib', indexed(kind, detail, bytes))

describe.each(TABLES)('%s, %s', (kind, detail) => {
  const ipv6 = kind.endsWith('6')
  const tcp = kind.startsWith('tcp')
  const loopback = ipv6 ? '::1' : '127.0.0.1'

  test('every field, and the last row as the first', () => {
    const rows = [
      row(kind, detail, { localPort: 0x1234, remotePort: 0xabcd, pid: 42 }),
      row(kind, detail, { localPort: 65_535, remotePort: 1, pid: 4_294_967_292 }),
    ]
    const parsed = parse(kind, detail, table(detail, rows))
    expect(parsed.outcome).toEqual({ ok: '1' })
    const expected = (localPort: number, remotePort: number, pid: number) => ({
      protocol: kind.slice(0, 3),
      family: ipv6 ? 'IPv6' : 'IPv4',
      localAddress: loopback,
      localPort,
      remoteAddress: tcp ? loopback : null,
      remotePort: tcp ? remotePort : null,
      state: tcp ? 'ESTABLISHED' : null,
      pid: detail === 'plain' ? null : pid,
      ownerUnknown: detail === 'plain' ? 'not-asked' : null,
      fd: null,
      fds: [],
      uid: null,
      inode: null,
      receiveQueue: null,
      sendQueue: null,
      backlog: null,
      dualStack: null,
      interface: null,
      createdAt: null,
    })
    expect(parsed.table.rows).toMatchObject([
      expected(0x1234, 0xabcd, 42),
      expected(65_535, 1, 4_294_967_292),
    ])
  })

  test('more rows than there are bytes for are refused as a whole', () => {
    const rows = [row(kind, detail, {})]
    for (const count of [2, 1000, 2 ** 31, 2 ** 32 - 1]) {
      const parsed = parse(kind, detail, table(detail, rows, count))
      expect(parsed).toMatchObject({ outcome: { ok: '0' }, table: { rows: [] } })
    }
    // Room behind the last row is usual: the buffer is larger than the table.
    const roomy = Buffer.concat([table(detail, rows), Buffer.alloc(1000, 0xff)])
    expect(parse(kind, detail, roomy).table.rows).toHaveLength(1)
  })

  test('no rows', () => {
    expect(parse(kind, detail, u32(0))).toMatchObject({ outcome: { ok: '1' }, table: { rows: [] } })
    expect(parse(kind, detail, Buffer.alloc(3)).outcome).toEqual({ ok: '0' })
  })

  test('no beginning does harm', () => {
    checkBeginnings('mib', indexed(kind, detail, table(detail, [row(kind, detail, {})])))
  })

  test('a socket that is not bound takes no port and is no row', () => {
    const unbound = row(kind, detail, { state: 1, localPort: 0, remotePort: 0 })
    const bytes = table(detail, [unbound, row(kind, detail, {})])
    expect(parse(kind, detail, bytes).table.rows).toMatchObject([{ localPort: 80 }])
  })
})

describe.each(['tcp4', 'tcp6'] as const)('%s', (kind) => {
  test.each([
    [1, 'CLOSED'],
    [2, 'LISTEN'],
    [3, 'SYN_SENT'],
    [4, 'SYN_RECEIVED'],
    [5, 'ESTABLISHED'],
    [6, 'FIN_WAIT_1'],
    [7, 'FIN_WAIT_2'],
    [8, 'CLOSE_WAIT'],
    [9, 'CLOSING'],
    [10, 'LAST_ACK'],
    [11, 'TIME_WAIT'],
    [12, 'CLOSED'],
    [0, null],
    [13, null],
    [2 ** 32 - 1, null],
  ])('state %i is %s', (state, name) => {
    const bytes = table('owner', [row(kind, 'owner', { state })])
    expect(parse(kind, 'owner', bytes).table.rows).toMatchObject([{ state: name }])
  })

  test('a listener has no peer, whatever stands there', () => {
    const bytes = table('owner', [row(kind, 'owner', { state: 2, remotePort: 9 })])
    expect(parse(kind, 'owner', bytes).table.rows).toMatchObject([
      { remoteAddress: null, remotePort: null },
    ])
  })

  test('PID 0 is no process', () => {
    const states = [11, 6, 5, 2]
    const rows = states.map((state) => row(kind, 'owner', { state, pid: 0 }))
    const parsed = parse(kind, 'owner', table('owner', rows)).table
    expect(parsed.processes).toEqual([])
    expect(parsed.rows.map(({ pid, ownerUnknown }) => [pid, ownerUnknown])).toEqual([
      [null, 'no-owner'],
      [null, 'no-owner'],
      [null, 'not-found'],
      [null, 'not-found'],
    ])
  })

  test('the time of creation, where Windows knows it', () => {
    const created = (BigInt(Date.UTC(2026, 0, 1)) + 11_644_473_600_000n) * 10_000n
    const rows = [row(kind, 'module', { created }), row(kind, 'module', {})]
    const parsed = parse(kind, 'module', table('module', rows)).table.rows
    expect(parsed.map(({ createdAt }) => createdAt)).toEqual([Date.UTC(2026, 0, 1), null])
  })
})

test('many sockets of few processes name each process once', () => {
  const rows = Array.from({ length: 300 }, (_, index) =>
    row('udp4', 'owner', { localPort: index + 1, pid: (index % 3) + 10 }),
  )
  const { processes, rows: found } = parse('udp4', 'owner', table('owner', rows)).table
  expect(processes.map(({ pid }) => pid)).toEqual([10, 11, 12])
  expect(found.every(({ pid, localPort }) => pid === ((localPort - 1) % 3) + 10)).toBe(true)
})

describe('scopes', () => {
  test.each([
    ['of a link-local address', { local: LINK_LOCAL, localScope: 12 }, '12'],
    ['of a peer', { remote: LINK_LOCAL, remoteScope: 5 }, '5'],
    ['of another address is nothing', { localScope: 4096, remoteScope: 4096 }, null],
    ['of any interface is nothing', { local: LINK_LOCAL, localScope: 0xffffffff }, null],
    ['none', { local: LINK_LOCAL, localScope: 0 }, null],
  ])('%s', (_, fields, device) => {
    const bytes = table('owner', [row('tcp6', 'owner', fields)])
    expect(parse('tcp6', 'owner', bytes).table.rows).toMatchObject([{ interface: device }])
  })
})

describe('owners', () => {
  /** What is known of the processes in the order in which the table names them. */
  const check = (
    facts: readonly (readonly [exists: boolean, started: bigint])[],
    rows: Buffer[],
  ) => {
    const words = facts.flatMap(([exists, started]) => [u64(exists ? 1n : 0n), u64(started)])
    const bytes = indexed('tcp4', 'module', table('module', rows))
    const start = Buffer.from([facts.length])
    return replay('owners', Buffer.concat([start, ...words, bytes])).table
  }
  const of = (pid: number, created = 0n) => row('tcp4', 'module', { pid, created, localPort: pid })

  test('a process that has ended holds nothing', () => {
    const facts = [
      [true, 0n],
      [false, 0n],
      [true, 0n],
    ] as const
    const { rows, processes } = check(facts, [of(10), of(20), of(30), of(20), of(10)])
    expect(rows.map(({ pid, ownerUnknown }) => pid ?? ownerUnknown)).toEqual([
      10,
      'exited',
      30,
      'exited',
      10,
    ])
    expect(processes.map(({ pid }) => pid)).toEqual([10, 30])
  })

  test("nor does one that is younger than the socket: its PID was another one's", () => {
    const { rows } = check(
      [
        [true, 1000n],
        [true, 1000n],
      ],
      [of(10, 999n), of(10, 1000n), of(20)],
    )
    expect(rows.map(({ pid, ownerUnknown }) => pid ?? ownerUnknown)).toEqual(['exited', 10, 20])
  })

  test('no owner is left', () => {
    const { rows, processes } = check([[false, 0n]], [of(10)])
    expect(rows).toMatchObject([{ pid: null, pids: [], processName: null, ownerUnknown: 'exited' }])
    expect(processes).toEqual([])
  })
})

describe('a table that does not fit', () => {
  const NO_DATA = 232
  const TOO_SMALL = 122
  const UNSUCCESSFUL = 0xc0000001
  const fetch = (...answers: readonly (readonly [code: number, size: number])[]) => {
    const bytes = Buffer.concat(answers.flatMap(([code, size]) => [u32(code), u32(size)]))
    const { answer, calls, room } = replay('growing', bytes).outcome
    return { answer: Number(answer), calls: Number(calls), room: Number(room) }
  }

  test('is asked for again with more room than it needed', () => {
    const answer = fetch([TOO_SMALL, 1_000_000], [TOO_SMALL, 2_000_000], [0, 0])
    expect(answer).toEqual({ answer: 0, calls: 3, room: 2_500_000 })
  })

  test('grows also where Windows names a size that was given', () => {
    expect(fetch([TOO_SMALL, 0], [0, 0])).toEqual({ answer: 0, calls: 2, room: 81_920 })
  })

  test('that never fits is an error in the end', () => {
    expect(fetch([TOO_SMALL, 0])).toMatchObject({ answer: TOO_SMALL, calls: 10 })
    expect(fetch([TOO_SMALL, 2 ** 31])).toMatchObject({ answer: TOO_SMALL, calls: 1, room: 65_536 })
  })

  test('an undocumented failure is tried again, and no other', () => {
    expect(fetch([UNSUCCESSFUL, 0], [0, 0])).toMatchObject({ answer: 0, calls: 2 })
    expect(fetch([UNSUCCESSFUL, 0])).toMatchObject({ answer: UNSUCCESSFUL, calls: 10 })
    expect(fetch([5, 0], [0, 0])).toMatchObject({ answer: 5, calls: 1 })
  })

  test('no data is an empty table', () => {
    expect(fetch([NO_DATA, 0])).toMatchObject({ answer: 0, calls: 1 })
  })
})

describe.each([...recorded('windows'), ...recorded('wine')])('as recorded on %s', (system) => {
  const facts = JSON.parse(fixture(system, 'facts.json').toString()) as {
    pid: number
    listener: readonly [number, number]
    client: readonly [number, number]
    datagram: readonly [number, number]
  }

  test.each(TABLES)('%s, %s', (kind, detail) => {
    const bytes = fixture(system, `${kind}-${detail}.mib`)
    const { table: parsed, outcome } = parse(kind, detail, bytes)
    expect(outcome).toEqual({ ok: '1' })
    const at = kind.endsWith('6') ? 1 : 0
    const address = ['127.0.0.1', '::1'][at]
    const owner = detail === 'plain' ? { pid: null } : { pid: facts.pid, ownerUnknown: null }
    const own = { localAddress: address, ...owner }
    const has = (fields: object) => {
      expect(parsed.rows).toContainEqual(expect.objectContaining({ ...own, ...fields }))
    }
    if (kind.startsWith('udp')) {
      has({ localPort: facts.datagram[at], state: null, remotePort: null })
      return
    }
    const [listener, client] = [facts.listener[at], facts.client[at]]
    has({ localPort: listener, state: 'LISTEN', remoteAddress: null, remotePort: null })
    const open = { state: 'ESTABLISHED', remoteAddress: address }
    has({ localPort: client, remotePort: listener, ...open })
    has({ localPort: listener, remotePort: client, ...open })
    checkBeginnings('mib', indexed(kind, detail, bytes))
  })
})
