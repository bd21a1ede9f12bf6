import { describe, expect, test } from 'vitest'
import { DONE, attribute, diag, frames, message, u32 } from '../support/netlink.ts'
import { checkBeginnings, replay } from '../support/replay.ts'

const V6ONLY = 11
const LISTENER = message(diag())

function parse(...buffers: readonly Buffer[]) {
  return replay('sock_diag_tcp', frames(...buffers))
}

test('a row, and the end', () => {
  const { table, outcome } = parse(Buffer.concat([LISTENER, DONE]))
  expect(outcome).toEqual({ done: '1', error: '0', interrupted: '0', malformed: '0' })
  expect(table.rows).toMatchObject([
    { localAddress: '127.0.0.1', localPort: 80, state: 'LISTEN', inode: 9, remoteAddress: null },
  ])
})

test('over several buffers, the legacy reply type as well', () => {
  const second = message(diag({ cookie: 2 }), { type: 18 })
  const { table, outcome } = parse(LISTENER, second, DONE)
  expect(outcome['done']).toBe('1')
  expect(table.rows).toHaveLength(2)
})

test('a socket that is dumped twice is one row', () => {
  const { table } = parse(Buffer.concat([LISTENER, LISTENER, message(diag({ state: 1 })), DONE]))
  expect(table.rows).toHaveLength(1)
})

test('sockets with one address and different cookies are rows of their own', () => {
  const group = [1, 2, 3].map((cookie) => message(diag({ cookie, inode: cookie })))
  expect(parse(...group, DONE).table.rows.map(({ inode }) => inode)).toEqual([1, 2, 3])
})

describe('what is not ours or not known', () => {
  test.each([
    ['another sequence number', message(diag(), { sequence: 2 })],
    ['NLMSG_NOOP', message(u32(0), { type: 1 })],
    ['a type of a later kernel', message(Buffer.alloc(200), { type: 99 })],
    ['another family', message(diag({ family: 1 }))],
    ['an end with another sequence number', message(u32(0), { type: 3, sequence: 9 })],
  ])('%s is passed over', (_, bytes) => {
    const { table, outcome } = parse(Buffer.concat([bytes, LISTENER, DONE]))
    expect(outcome).toMatchObject({ done: '1', malformed: '0' })
    expect(table.rows).toHaveLength(1)
  })

  test('a family that we can not show is counted', () => {
    const { table } = parse(Buffer.concat([message(diag({ family: 1 })), DONE]))
    expect(table).toMatchObject({ rows: [], complete: false, missing: ['rows'] })
  })

  test('a state of a later kernel is a row without a state', () => {
    const { table } = parse(Buffer.concat([message(diag({ state: 77 })), DONE]))
    expect(table.rows).toMatchObject([{ state: null, localPort: 80 }])
  })
})

test('an interrupted dump says so', () => {
  const bytes = Buffer.concat([message(diag(), { flags: 0x12 }), DONE])
  expect(parse(bytes).outcome).toMatchObject({ done: '1', interrupted: '1' })
})

describe('ends', () => {
  test.each([
    ['an errno in NLMSG_DONE', message(u32(-16), { type: 3 }), '16', '0'],
    ['an errno in NLMSG_ERROR', message(u32(-1), { type: 2 }), '1', '0'],
    ['a number that is no errno', message(u32(0x8000_0000), { type: 3 }), '71', '0'], // EPROTO
    ['NLMSG_DONE without a payload', message(Buffer.alloc(0), { type: 3 }), '0', '0'],
    ['NLMSG_ERROR without a payload', message(Buffer.alloc(0), { type: 2 }), '0', '1'],
  ])('%s', (_, bytes, error, malformed) => {
    expect(parse(Buffer.concat([LISTENER, bytes])).outcome).toMatchObject({
      done: '1',
      error,
      malformed,
    })
  })
})

describe('attributes', () => {
  const only = (...attributes: Buffer[]) => {
    const bytes = message(diag({ family: 10, attributes }))
    return parse(Buffer.concat([bytes, DONE]))
  }
  const one = Buffer.from([1])

  test('IPV6_V6ONLY is found behind others', () => {
    const { table } = only(
      attribute(8, one),
      attribute(21, Buffer.alloc(8)),
      attribute(V6ONLY, one),
    )
    expect(table.rows).toMatchObject([{ family: 'IPv6', dualStack: false }])
  })

  test('an empty one says nothing', () => {
    expect(only(attribute(V6ONLY, Buffer.alloc(0))).table.rows).toMatchObject([{ dualStack: null }])
  })

  test.each([0, 3, 9, 65_535])('the length %i is malformed', (length) => {
    expect(only(attribute(V6ONLY, one, length)).outcome['malformed']).toBe('1')
  })
})

describe('lengths that can not be', () => {
  test.each([0, 1, 15, 16 + 71, 10_000, 0xffff_ffff])('a message that says %i', (length) => {
    const { outcome } = parse(Buffer.concat([message(diag(), { length }), DONE]))
    expect(outcome['malformed']).toBe('1')
  })

  test('a rest too short for a header', () => {
    expect(parse(Buffer.concat([LISTENER, Buffer.alloc(7)])).outcome['malformed']).toBe('1')
  })

  test('padding that is cut off is no harm', () => {
    const odd = message(diag({ attributes: [attribute(8, Buffer.from([3])).subarray(0, 5)] }))
    expect(parse(odd.subarray(0, 16 + 77)).outcome['malformed']).toBe('0')
  })

  test('no beginning of a long buffer does harm', () => {
    const many = Array.from({ length: 40 }, (_, cookie) => message(diag({ cookie: cookie + 1 })))
    checkBeginnings('sock_diag_tcp', frames(Buffer.concat([...many, DONE])))
  })
})
