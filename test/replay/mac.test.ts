import { describe, expect, test } from 'vitest'
import type { ListOptions } from '../../src/index.ts'
import { encodeQuery } from '../../src/table/options.ts'
import { type MacSocket, group, list, record64 } from '../support/pcblist.ts'
import { type Replayed, checkBeginnings, replay } from '../support/replay.ts'

// The reader of macOS over what the kernel of a Mac is made to answer here: which lists, which
// processes, and what they have open. See Machine in test/native/replay_darwin.cc.
const LISTS = ['tcp', 'udp', 'tcp64', 'udp64'] as const
const EPERM = 1
const ENOENT = 2

interface MacProcess {
  readonly pid: number
  readonly started?: number
  readonly name?: string
  /** The error of asking what it has open. */
  readonly error?: number
  readonly open?: readonly (MacSocket & { readonly fd: number })[]
}

interface Mac {
  readonly user?: number
  readonly processes?: readonly MacProcess[]
  readonly lists?: Partial<Record<(typeof LISTS)[number], readonly (Buffer | { error: number })[]>>
  /** What the kernel says of the size of its lists. */
  readonly said?: number
}

function item(kind: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(kind), numbers(body.length), body])
}

const numbers = (...all: number[]): Uint8Array => new Uint8Array(Uint32Array.from(all).buffer)
const byte = (value: number): Uint8Array => Uint8Array.of(value)

function scriptOf(mac: Mac, options: ListOptions): Buffer {
  const { user = 0, processes = [], lists = {}, said = 0 } = mac
  const items = [
    item('q', numbers(...encodeQuery({ include: 'details', ...options }).encoded)),
    item('u', numbers(user)),
  ]
  LISTS.forEach((name, index) => {
    for (const answer of lists[name] ?? []) {
      const error = Buffer.isBuffer(answer) ? 0 : answer.error
      const bytes = Buffer.isBuffer(answer) ? answer : Buffer.alloc(0)
      items.push(item('l', byte(index), byte(error), numbers(said), bytes))
    }
  })
  for (const { pid, started = pid, name = '', error = 0, open = [] } of processes) {
    items.push(item('p', numbers(pid, started), byte(error), Buffer.from(name)))
    for (const { fd, ...socket } of open) {
      const udp = socket.protocol === 'udp' ? 1 : 0
      items.push(item('s', numbers(fd), byte(udp), list([group('26', socket)])))
    }
  }
  return Buffer.concat(items)
}

const ask = (mac: Mac, options: ListOptions = {}): Replayed => replay('mac', scriptOf(mac, options))
const listOf = (...sockets: MacSocket[]) => list(sockets.map((socket) => group('26', socket)))

const listener = { generation: 10, localPort: 3000, state: 1 }
const lingering = {
  generation: 11,
  localPort: 3000,
  remotePort: 9,
  state: 10,
  socketState: 1,
  lastPid: 30,
}
const datagrams: MacSocket = { protocol: 'udp', generation: 10, localPort: 5353 }
const lists = { tcp: [listOf(listener, lingering)], udp: [listOf(datagrams)] }

describe('owners', () => {
  test('every holder, the oldest process first, and sockets without one', () => {
    const processes = [
      { pid: 40, started: 5, name: 'child', open: [{ fd: 7, ...listener }] },
      {
        pid: 30,
        started: 9,
        name: 'late',
        open: [
          { fd: 5, ...listener },
          { fd: 4, ...listener },
          { fd: 6, ...datagrams },
        ],
      },
    ]
    const { table } = ask({ processes, lists }, { include: ['names', 'details'] })
    expect(table).toMatchObject({ source: 'pcblist', complete: true, fallback: null })
    expect(table.rows).toMatchObject([
      { localPort: 3000, pid: 40, pids: [40, 30], fds: [7, 4], processName: 'child' },
      { state: 'TIME_WAIT', pid: null, lastPid: 30, ownerUnknown: 'no-owner' },
      { protocol: 'udp', pid: 30, fds: [6] },
    ])
  })

  test('whom permission hides is said, and the last user is a hint', () => {
    const used = { ...listener, uid: 0, lastPid: 77 }
    const processes = [
      { pid: 77, error: EPERM },
      { pid: 78, open: [] },
    ]
    const { table } = ask({ user: 501, processes, lists: { tcp: [listOf(used)], udp: [listOf()] } })
    expect(table).toMatchObject({ complete: false, missing: ['owners'], hidden: { processes: 1 } })
    expect(table.rows).toMatchObject([{ pid: null, lastPid: 77, ownerUnknown: 'permission' }])
  })

  test('a socket that no process holds', () => {
    const { table } = ask({ processes: [{ pid: 1 }], lists })
    expect(table.rows[0]).toMatchObject({ pid: null, ownerUnknown: 'not-found' })
    expect(table.complete).toBe(true)
  })

  test('first: those who used the sockets last are asked before the others, and none after', () => {
    const used = { ...listener, lastPid: 50 }
    const processes = [{ pid: 1 }, { pid: 2 }, { pid: 50, open: [{ fd: 3, ...listener }] }]
    const mac = { processes, lists: { tcp: [listOf(used)], udp: [listOf()] } }
    const first = ask(mac, { owners: 'first' })
    expect(first.table.rows).toMatchObject([{ pid: 50 }])
    expect(first.outcome).toMatchObject({ asked: '1' })
    expect(ask(mac, { owners: 'all' }).outcome).toMatchObject({ asked: '3' })
  })

  test('none: no process is asked', () => {
    const { table, outcome } = ask({ processes: [{ pid: 1 }], lists }, { owners: 'none' })
    expect(outcome).toMatchObject({ asked: '0' })
    expect(table.rows.map((row) => row.ownerUnknown)).toEqual(Array(3).fill('not-asked'))
  })

  test('a socket that was made after the lists is there', () => {
    const young = { ...listener, generation: 900, localPort: 4000 }
    const processes = [{ pid: 5, open: [{ fd: 3, ...young }] }]
    const { table } = ask({ processes, lists })
    expect(table.rows.find(({ localPort }) => localPort === 4000)).toMatchObject({ pid: 5 })
  })
})

describe('certain processes', () => {
  const processes = [
    { pid: 5, open: [{ fd: 3, ...listener }] },
    { pid: 6, error: EPERM },
  ]

  test('are asked, and no list is read', () => {
    const { table, outcome } = ask({ processes }, { pid: 5 })
    expect(table).toMatchObject({ source: 'libproc', complete: true })
    expect(table.rows).toMatchObject([{ localPort: 3000, pids: [5] }])
    expect(outcome).toMatchObject({ asked: '1', readings: '0' })
  })

  test('that may not be looked into: in part it is said, for all it is an error', () => {
    expect(ask({ processes }, { pid: [5, 6] }).table.missing).toEqual(['owners'])
    expect(ask({ processes }, { pid: 6 }).outcome).toMatchObject({ error: String(EPERM) })
    expect(ask({ processes }, { pid: 7 }).outcome).toMatchObject({ error: '3' }) // ESRCH
  })
})

describe('lists', () => {
  const processes = [{ pid: 5, open: [{ fd: 3, ...listener }] }]

  test('the public one where the private one is gone', () => {
    const old = { tcp64: [list([record64(listener)])], udp64: [list([])] }
    const { table } = ask({ processes, lists: old })
    expect(table).toMatchObject({
      source: 'pcblist',
      complete: true,
      fallback: { code: 'ENOENT', syscall: 'sysctl(net.inet.udp.pcblist_n)' },
    })
    expect(table.rows).toMatchObject([{ localPort: 3000, pid: 5 }])
  })

  test('processes alone where both are gone, unless a list was asked for', () => {
    const { table } = ask({ processes }, { owners: 'none' })
    expect(table).toMatchObject({ source: 'libproc', fallback: { code: 'ENOENT' } })
    expect(table.rows).toMatchObject([{ localPort: 3000, ownerUnknown: 'not-asked' }])
    expect(ask({ processes }, { source: 'pcblist' }).outcome['error']).toBe(String(ENOENT))
    expect(ask({ processes }, { source: 'sock_diag' }).outcome['error']).not.toBe('0')
  })

  test('one that is cut is not taken for a whole one', () => {
    const cut = { tcp: [listOf(listener).subarray(0, -50)], udp: [listOf()] }
    const { table } = ask({ processes, lists: cut })
    expect(table).toMatchObject({ source: 'mixed', fallback: { code: 'EPROTO' } })
    expect(table.rows).toMatchObject([{ localPort: 3000, pid: 5 }])
  })

  test('one that changes is read again, but not without end', () => {
    const changing = list([group('26', listener)], 1000, 1001)
    const settles = ask({
      processes,
      lists: { tcp: [changing, listOf(listener)], udp: [listOf()] },
    })
    expect(settles.table.complete).toBe(true)
    expect(settles.outcome).toMatchObject({ readings: '2' })
    const { table, outcome } = ask({ processes, lists: { tcp: [changing], udp: [listOf()] } })
    expect(table.missing).toEqual(['interrupted'])
    expect(outcome).toMatchObject({ readings: '3' })
  })

  test('macOS 27: own sockets are whole, and that there are others is said', () => {
    const mac = { user: 501, processes, lists: { tcp: [listOf()], udp: [listOf()] }, said: 60_000 }
    const { table } = ask(mac, { owners: 'none' })
    expect(table).toMatchObject({ source: 'mixed', missing: ['sockets'] })
    expect(table.rows).toMatchObject([{ localPort: 3000 }])
    expect(ask({ ...mac, user: 0 }).table).toMatchObject({ source: 'pcblist', complete: true })
  })

  test('filters apply to both', () => {
    const open = [
      { fd: 3, ...listener },
      { fd: 4, ...datagrams },
    ]
    const mac = { processes: [{ pid: 5, open }], lists }
    expect(ask(mac, { protocol: 'udp' }).table.rows).toMatchObject([{ localPort: 5353, pid: 5 }])
    expect(ask(mac, { localPort: 3000, state: 'LISTEN' }).table.rows).toHaveLength(1)
    expect(ask(mac, { family: 'IPv6' }).table).toMatchObject({ rows: [], source: 'pcblist' })
  })
})

test('every beginning of what a kernel answers', () => {
  const processes = [{ pid: 5, name: 'a', open: [{ fd: 3, ...listener }] }]
  checkBeginnings('mac', scriptOf({ processes, lists }, { include: ['names', 'details'] }))
})
