import { describe, expect, test } from 'vitest'
import {
  ANY6,
  IPV4_LOOPBACK,
  type MacSocket,
  type MacVersion,
  SOCKET_SIZE,
  group,
  list,
  record,
  record64,
} from '../support/pcblist.ts'
import { checkBeginnings, replay } from '../support/replay.ts'

const USER = 501
const LINK_LOCAL = [0xfe, 0x80, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]

function bytesFor(protocol: 'tcp' | 'udp', old: boolean, bytes: Buffer, said = 0): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt8((protocol === 'udp' ? 1 : 0) + (old ? 2 : 0))
  head.writeUInt32LE(said, 1)
  head.writeUInt32LE(USER, 5)
  return Buffer.concat([head, bytes])
}

const parse = (protocol: 'tcp' | 'udp', bytes: Buffer, said?: number) =>
  replay('pcblist', bytesFor(protocol, false, bytes, said))

const VERSIONS = Object.keys(SOCKET_SIZE) as MacVersion[]
type Build = readonly [name: string, old: boolean, build: (socket: MacSocket) => Buffer]
const BUILDS: readonly Build[] = [
  ...VERSIONS.map((mac): Build => [`pcblist_n, macOS ${mac}`, false, (s) => group(mac, s)]),
  ['pcblist64', true, record64],
]

describe.each(BUILDS)('%s', (_name, old, build) => {
  const rows = (protocol: 'tcp' | 'udp', ...sockets: MacSocket[]) => {
    const built = sockets.map((socket) => build({ ...socket, protocol }))
    const { table, outcome } = replay('pcblist', bytesFor(protocol, old, list(built)))
    expect(outcome).toMatchObject({ whole: '1', skipped: '0', unchanged: '1' })
    return table.rows
  }

  test('a connection, a listener of both families, and one behind the other', () => {
    const connection: MacSocket = {
      localAddress: [192, 0, 2, 1],
      localPort: 0x1234,
      remoteAddress: [198, 51, 100, 7],
      remotePort: 443,
      waiting: [3_000_000_000, 5],
      uid: 0,
    }
    const listener: MacSocket = {
      version: 3,
      localPort: 3000,
      state: 1,
      queued: [5, 2, 128],
      generation: 8,
    }
    expect(rows('tcp', connection, listener)).toMatchObject([
      {
        family: 'IPv4',
        localAddress: '192.0.2.1',
        localPort: 0x1234,
        remoteAddress: '198.51.100.7',
        remotePort: 443,
        state: 'ESTABLISHED',
        dualStack: null,
        receiveQueue: 3_000_000_000,
        sendQueue: 5,
        uid: 0,
        inode: null,
      },
      {
        family: 'IPv6',
        localAddress: '::',
        localPort: 3000,
        remoteAddress: null,
        state: 'LISTEN',
        dualStack: true,
        receiveQueue: 3,
        backlog: 128,
        uid: USER,
      },
    ])
  })

  test('UDP, and an IPv6 socket that takes no IPv4', () => {
    const [first, second] = rows(
      'udp',
      { localPort: 5353, localAddress: IPV4_LOOPBACK },
      { localPort: 53, version: 2, localAddress: ANY6 },
    )
    expect(first).toMatchObject({ protocol: 'udp', localAddress: '127.0.0.1', state: null })
    expect(second).toMatchObject({ localAddress: '::', dualStack: false })
  })

  test('the interface is taken out of a link-local address', () => {
    const address = { localAddress: LINK_LOCAL, remoteAddress: LINK_LOCAL }
    const socket = { ...address, version: 2, localPort: 1, remotePort: 2 }
    expect(rows('tcp', socket)[0]).toMatchObject({
      localAddress: 'fe80::9%4',
      remoteAddress: 'fe80::9%4',
      interface: '4',
    })
  })

  test('every state', () => {
    const all = Array.from({ length: 12 }, (_, state) => ({
      state,
      localPort: 100 + state,
      generation: state + 1,
      remotePort: state === 1 ? 0 : 9,
    }))
    expect(rows('tcp', ...all).map(({ state }) => state)).toEqual([
      'CLOSED',
      'LISTEN',
      'SYN_SENT',
      'SYN_RECEIVED',
      'ESTABLISHED',
      'CLOSE_WAIT',
      'FIN_WAIT_1',
      'CLOSING',
      'LAST_ACK',
      'FIN_WAIT_2',
      'TIME_WAIT',
      null,
    ])
    expect(rows('tcp', { state: 0, localPort: 8 })[0]?.state).toBe('BOUND')
    expect(rows('tcp', { state: 0, localPort: 8, socketState: 0x2000 })[0]?.state).toBe('CLOSED')
  })

  test('what has no port, is a raw socket or is younger than the list is no row', () => {
    const none = { localPort: 0 }
    const raw = { localPort: 4, ipProtocol: 1 }
    const young = { localPort: 5, generation: 1001 }
    expect(rows('tcp', none, raw, young, { localPort: 6 })).toMatchObject([{ localPort: 6 }])
  })

  test('why it has no holder', () => {
    const gone = { localPort: 1, remotePort: 9, state: 10, socket: false }
    const closed = { localPort: 2, remotePort: 9, state: 6, socketState: 0x0001, generation: 2 }
    const waits = { localPort: 3, remotePort: 9, state: 4, socketState: 0x1001, generation: 3 }
    const flow = { localPort: 4, remotePort: 9, state: 4, socket: false, generation: 0 }
    expect(rows('tcp', gone, closed, waits, flow).map((row) => row.ownerUnknown)).toEqual([
      'no-owner',
      'no-owner',
      'not-accepted',
      'not-found',
    ])
  })

  test('every beginning of a list', () => {
    const built = [build({ localPort: 80 }), build({ localPort: 81, generation: 9 })]
    const bytes = bytesFor('tcp', old, list(built))
    checkBeginnings('pcblist', bytes)
    const cut = replay('pcblist', bytes.subarray(0, -30))
    expect(cut.outcome).toMatchObject({ whole: '0' })
  })
})

describe('pcblist_n', () => {
  test('a version is chosen by the flag, and an IPv4 peer of an IPv6 socket is mapped', () => {
    const talking = group('15', {
      version: 1,
      localAddress: [192, 0, 2, 1],
      localPort: 1,
      remoteAddress: [192, 0, 2, 2],
      remotePort: 2,
    })
    // The family of the socket: AF_INET6.
    talking.writeInt32LE(30, 104 + 40)
    expect(parse('tcp', list([talking])).table.rows[0]).toMatchObject({
      family: 'IPv6',
      localAddress: '::ffff:192.0.2.1',
      remoteAddress: '::ffff:192.0.2.2',
    })
  })

  test('the process that used it last is shown, and is no owner', () => {
    const waiting = { localPort: 1, remotePort: 2, state: 10, socketState: 1, lastPid: 4321 }
    expect(parse('tcp', list([group('26', waiting)])).table.rows[0]).toMatchObject({
      pid: null,
      lastPid: 4321,
      ownerUnknown: 'no-owner',
    })
  })

  test('unknown kinds of records are skipped, whatever their size', () => {
    const unknown = record(0x4000, 33)
    const first = group('14', { localPort: 1 })
    const grown = group('14', { localPort: 2, generation: 8 })
    const built = [Buffer.concat([first, unknown]), grown, unknown]
    const { table, outcome } = parse('tcp', list(built))
    expect(table.rows).toMatchObject([{ localPort: 1 }, { localPort: 2 }])
    expect(outcome).toMatchObject({ whole: '1', skipped: '0' })
  })

  test('a record that is shorter than it ever was is counted, and the others are kept', () => {
    const short = Buffer.concat([record(0x10, 40), group('15', {}).subarray(104)])
    const { table, outcome } = parse('tcp', list([short, group('15', { localPort: 2 })]))
    expect(table.rows).toMatchObject([{ localPort: 2 }])
    expect(outcome).toMatchObject({ whole: '1', skipped: '1' })
  })

  test('a length that goes on behind the end, and bytes that are no list', () => {
    const long = group('15', { localPort: 1 })
    long.writeUInt32LE(0xffff_fff8, 0)
    expect(parse('tcp', list([long])).outcome).toMatchObject({ whole: '0', skipped: '1' })
    expect(parse('tcp', Buffer.alloc(0)).outcome).toMatchObject({ whole: '0' })
    expect(parse('tcp', Buffer.alloc(400, 0xff)).outcome).toMatchObject({ whole: '0' })
  })

  test('an empty list, and one that changed while it was written', () => {
    expect(parse('udp', list([])).outcome).toMatchObject({ whole: '1', unchanged: '1' })
    const changed = list([group('15', { localPort: 1 })], 1000, 1001)
    expect(parse('tcp', changed).outcome).toMatchObject({ whole: '1', unchanged: '0' })
  })

  test('macOS 27 says how many there are and shows fewer', () => {
    const stride = 616
    const said = (sockets: number) => 48 + (sockets + Math.floor(sockets / 8) + 1) * stride
    const own = group('27', { localPort: 1, uid: USER })
    const others = group('27', { localPort: 2, uid: 0 })
    expect(parse('tcp', list([]), said(200)).outcome).toMatchObject({ kept: '1' })
    expect(parse('tcp', list([own]), said(30)).outcome).toMatchObject({ kept: '1' })
    // Some of those that are counted are never listed.
    expect(parse('tcp', list([own]), said(2)).outcome).toMatchObject({ kept: '0' })
    expect(parse('tcp', list([own, others]), said(200)).outcome).toMatchObject({ kept: '0' })
    expect(parse('tcp', list([]), 48).outcome).toMatchObject({ kept: '0' })
  })
})

describe('arguments', () => {
  const text = (count: number, ...strings: string[]): Buffer => {
    const head = Buffer.alloc(4)
    head.writeInt32LE(count)
    return Buffer.concat([head, Buffer.from(strings.join(''))])
  }
  const parseText = (bytes: Buffer) => replay('mac_arguments', bytes).outcome

  test('are behind the path and its zeros, before the environment', () => {
    const bytes = text(3, '/usr/bin/node\0\0\0', 'node\0', '\0', '-e\0', 'PATH=/bin\0')
    expect(parseText(bytes)).toEqual({ count: '3', length: '6' })
    checkBeginnings('mac_arguments', bytes)
  })

  test('are null where they are not whole', () => {
    expect(parseText(text(2, '/bin/a\0\0', 'a\0', 'b'))).toMatchObject({ count: 'none' })
    expect(parseText(text(1, '/bin/a'))).toMatchObject({ count: 'none' })
    expect(parseText(text(0, '/bin/a\0'))).toEqual({ count: '0', length: '0' })
    expect(parseText(Buffer.alloc(3))).toMatchObject({ count: 'none' })
  })
})
