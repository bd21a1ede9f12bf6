import { describe, expect, test } from 'vitest'
import * as socktable from '../../src/index.ts'
import { LAYOUT } from '../../src/layout.ts'
import { encodeQuery } from '../../src/table/options.ts'

const WRONG: readonly [options: unknown, code: string, named: string][] = [
  [null, 'ERR_INVALID_ARG_TYPE', 'options'],
  ['tcp', 'ERR_INVALID_ARG_TYPE', 'options'],
  [[], 'ERR_INVALID_ARG_TYPE', 'options'],
  [{ port: 3000 }, 'ERR_INVALID_ARG_VALUE', "'port'"],
  [{ protocol: 'icmp' }, 'ERR_INVALID_ARG_VALUE', 'options.protocol'],
  [{ protocol: 6 }, 'ERR_INVALID_ARG_TYPE', 'options.protocol'],
  [{ protocol: [] }, 'ERR_INVALID_ARG_VALUE', 'options.protocol'],
  [{ protocol: ['tcp', 'x'] }, 'ERR_INVALID_ARG_VALUE', 'options.protocol[1]'],
  [{ family: 4 }, 'ERR_INVALID_ARG_TYPE', 'options.family'],
  [{ family: 'ipv4' }, 'ERR_INVALID_ARG_VALUE', 'options.family'],
  [{ localPort: 70_000 }, 'ERR_OUT_OF_RANGE', 'options.localPort'],
  [{ localPort: -1 }, 'ERR_OUT_OF_RANGE', 'options.localPort'],
  [{ localPort: 80.5 }, 'ERR_OUT_OF_RANGE', 'options.localPort'],
  [{ localPort: Number.NaN }, 'ERR_OUT_OF_RANGE', 'options.localPort'],
  [{ localPort: 'abc' }, 'ERR_INVALID_ARG_TYPE', 'options.localPort'],
  [{ localPort: [80, '81'] }, 'ERR_INVALID_ARG_TYPE', 'options.localPort[1]'],
  [{ localPort: { from: 9 } }, 'ERR_INVALID_ARG_TYPE', 'options.localPort.to'],
  [{ localPort: { from: 9, to: 3 } }, 'ERR_OUT_OF_RANGE', 'options.localPort.to'],
  [{ remotePort: 65_536 }, 'ERR_OUT_OF_RANGE', 'options.remotePort'],
  [{ localPort: Array(1025).fill(1) }, 'ERR_OUT_OF_RANGE', 'options.localPort'],
  [{ state: 'LISTENING' }, 'ERR_INVALID_ARG_VALUE', 'options.state'],
  [{ state: 10 }, 'ERR_INVALID_ARG_TYPE', 'options.state'],
  [{ bound: 'yes' }, 'ERR_INVALID_ARG_TYPE', 'options.bound'],
  [{ listening: 1 }, 'ERR_INVALID_ARG_TYPE', 'options.listening'],
  [{ pid: -1 }, 'ERR_OUT_OF_RANGE', 'options.pid'],
  [{ pid: 0 }, 'ERR_OUT_OF_RANGE', 'options.pid'],
  [{ pid: '1' }, 'ERR_INVALID_ARG_TYPE', 'options.pid'],
  [{ pid: [1, 2.5] }, 'ERR_OUT_OF_RANGE', 'options.pid[1]'],
  [{ pid: 1, owners: 'none' }, 'ERR_INVALID_ARG_VALUE', 'options.owners'],
  [{ owners: true }, 'ERR_INVALID_ARG_TYPE', 'options.owners'],
  [{ owners: 'some' }, 'ERR_INVALID_ARG_VALUE', 'options.owners'],
  [{ names: 'yes' }, 'ERR_INVALID_ARG_TYPE', 'options.names'],
  [{ source: 'netstat' }, 'ERR_INVALID_ARG_VALUE', 'options.source'],
  [{ signal: {} }, 'ERR_INVALID_ARG_TYPE', 'options.signal'],
]

describe.each(WRONG)('%j', (options, code, named) => {
  const expected = expect.objectContaining({
    code,
    name: code === 'ERR_OUT_OF_RANGE' ? 'RangeError' : 'TypeError',
    message: expect.stringContaining(named) as string,
  }) as Error
  const given = options as socktable.ListOptions

  test('rejects in the asynchronous function', async () => {
    // It never throws in place: callers have one way to catch.
    const promise = socktable.listSockets(given)
    await expect(promise).rejects.toEqual(expected)
  })

  test('throws in the blocking one', () => {
    const noSignal = typeof options === 'object' && options !== null && 'signal' in options
    if (noSignal) expect(() => socktable.listSocketsSync(given)).toThrow('known properties')
    else expect(() => socktable.listSocketsSync(given)).toThrow(expected)
  })
})

test.each([[70_000], [-1], [1.5]])('port %d is out of range', async (port) => {
  const error = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }) as Error
  expect(() => socktable.portUsageSync(port)).toThrow(error)
  expect(() => socktable.portOwnersSync(port)).toThrow(error)
  await expect(socktable.portUsage(port)).rejects.toEqual(error)
  await expect(socktable.portOwners(port)).rejects.toEqual(error)
})

test('a port must be a number', () => {
  const error = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }) as Error
  expect(() => socktable.portOwnersSync('3000' as unknown as number)).toThrow(error)
})

test('without options: both protocols and families, all states but BOUND, all owners', () => {
  const anyState = (1 << LAYOUT.states) - 1
  const bound = 1 << (LAYOUT.states - 1)
  expect([...encodeQuery(undefined)]).toEqual([
    LAYOUT.query,
    0b11, // protocols
    0b11, // families
    anyState - bound,
    0b11, // UDP, unconnected and connected
    2, // all owners
    0, // no names
    0, // any source
    0, // local ports
    0, // remote ports
    0, // PIDs
  ])
})

test('ports go as ranges, PIDs once each', () => {
  const words = [...encodeQuery({ localPort: [80, { from: 1, to: 65_535 }], pid: [7, 7, 8] })]
  expect(words.slice(8)).toEqual([2, 80 * 65_536 + 80, 65_536 + 65_535, 0, 2, 7, 8])
})
