import { describe, expect, test } from 'vitest'
import { replay } from '../support/replay.ts'

/** A row as MatchParser takes it: identity 0 is none, and so is inode 0. */
type Row = readonly [identity: number, port: number, state: number, inode: number]

const CLOSED = 1
const LISTEN = 2
const SYN_RECEIVED = 4
const ESTABLISHED = 5
const TIME_WAIT = 11
const PEER = 0x80

/** What the matcher told; the parser itself aborts where a row is left out or told twice. */
function match(before: readonly Row[], after: readonly Row[]) {
  const bytes = Buffer.from([before.length, ...before.flat(), ...after.flat()])
  const { pairs, opened, closed } = replay('match', bytes).outcome
  return [Number(pairs), Number(opened), Number(closed)]
}

const cookies = (...numbers: number[]): Row[] =>
  numbers.map((number) => [number, 80, ESTABLISHED, number])
const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index)

describe('rows with cookies', () => {
  test.each([
    ['the same order', range(1, 200), range(1, 200), [199, 0, 0]],
    ['the other way round', range(1, 200), range(1, 200).reverse(), [199, 0, 0]],
    ['some gone', range(1, 200), range(1, 200).filter((one) => one % 3 > 0), [133, 0, 66]],
    ['more than is looked ahead gone', range(1, 200), range(100, 200), [100, 0, 99]],
    ['others in between', range(100, 200), range(1, 250), [100, 149, 0]],
    ['none the same', range(1, 100), range(100, 200), [0, 100, 99]],
    ['nothing before', [], range(1, 100), [0, 99, 0]],
    ['nothing after', range(1, 100), [], [0, 0, 99]],
    ['nothing', [], [], [0, 0, 0]],
  ])('%s', (_, before, after, expected) => {
    expect(match(cookies(...before), cookies(...after))).toEqual(expected)
  })

  test('are the same in another state and with another inode', () => {
    expect(match([[7, 80, ESTABLISHED, 9]], [[7, 80, TIME_WAIT, 0]])).toEqual([1, 0, 0])
  })

  test('are others at the same addresses', () => {
    expect(match([[7, 80, ESTABLISHED, 9]], [[8, 80, ESTABLISHED, 9]])).toEqual([0, 1, 1])
  })

  const request: Row = [7, 80, SYN_RECEIVED, 0]
  const others = range(100, 150).map((number): Row => [number, number, ESTABLISHED, number])

  test.each<[string, Row, boolean]>([
    ['is its connection, even with another cookie', [8, 80, ESTABLISHED, 0], true],
    ['is its connection once it was accepted', [8, 80, ESTABLISHED, 9], true],
    ['is not another request', [8, 80, SYN_RECEIVED, 0], false],
    ['is not a connection of another port', [8, 81, ESTABLISHED, 0], false],
  ])('a request for a connection %s', (_, after, same) => {
    expect(match([request], [after])).toEqual(same ? [1, 0, 0] : [0, 1, 1])
    const told = match([request, ...others], [...others.toReversed(), after])
    expect(told).toEqual(same ? [51, 0, 0] : [50, 1, 1])
  })

  test('a request that is a connection by its cookie is no other', () => {
    const later: Row[] = [
      [8, 80, ESTABLISHED, 0],
      [7, 80, ESTABLISHED, 0],
    ]
    const told = match([request, ...others], [...others.toReversed(), ...later])
    expect(told).toEqual([51, 1, 0])
  })

  test('a socket that connects to one that connects to it is no request', () => {
    expect(match([[7, 80, SYN_RECEIVED, 9]], [[8, 80, ESTABLISHED, 9]])).toEqual([0, 1, 1])
  })
})

test.each<[string, Row, Row, boolean]>([
  ['is the same with its inode', [0, 80, ESTABLISHED, 9], [0, 80, ESTABLISHED, 9], true],
  ['is another with another inode', [0, 80, ESTABLISHED, 9], [0, 80, ESTABLISHED, 8], false],
  ['is the same once it is accepted', [0, 80, ESTABLISHED, 0], [0, 80, ESTABLISHED, 8], true],
  ['is the same once it is closed', [0, 80, ESTABLISHED, 9], [0, 80, TIME_WAIT, 0], true],
  ['is another where its state went back', [0, 80, TIME_WAIT, 0], [0, 80, ESTABLISHED, 9], false],
  [
    'is the same once it has ended',
    [0, 80, ESTABLISHED | PEER, 0],
    [0, 80, CLOSED | PEER, 0],
    true,
  ],
  [
    'is another once one has ended',
    [0, 80, CLOSED | PEER, 0],
    [0, 80, ESTABLISHED | PEER, 0],
    false,
  ],
  ['is the same once it listens', [0, 80, CLOSED, 0], [0, 80, LISTEN, 0], true],
  ['is another where it listened', [0, 80, LISTEN, 0], [0, 80, CLOSED, 0], false],
  ['is another at another port', [0, 80, ESTABLISHED, 0], [0, 81, ESTABLISHED, 0], false],
])('a row without a cookie %s', (_, before, after, same) => {
  expect(match([before], [after])).toEqual(same ? [1, 0, 0] : [0, 1, 1])
})
