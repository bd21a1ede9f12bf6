import { describe, expect, test, vi } from 'vitest'
import { binding } from '../../src/binding.ts'
import * as socktable from '../../src/index.ts'
import { encodeQuery } from '../../src/table/options.ts'
import type { Source } from '../../src/types/index.ts'

const WRONG: readonly [options: unknown, code: string, named: string][] = [
  [null, 'ERR_INVALID_ARG_TYPE', 'options'],
  ['tcp', 'ERR_INVALID_ARG_TYPE', 'options'],
  [[], 'ERR_INVALID_ARG_TYPE', 'options'],
  [{ port: 3000 }, 'ERR_INVALID_ARG_VALUE', "'port'"],
  [{ protocol: 'icmp' }, 'ERR_INVALID_ARG_VALUE', 'options.protocol'],
  [{ protocol: 6 }, 'ERR_INVALID_ARG_TYPE', 'options.protocol'],
  [{ protocol: [] }, 'ERR_INVALID_ARG_VALUE', 'options.protocol'],
  [{ protocol: ['tcp', 'x'] }, 'ERR_INVALID_ARG_VALUE', 'options.protocol[1]'],
  [{ family: 5 }, 'ERR_INVALID_ARG_VALUE', 'options.family'],
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
  [{ state: 'LISTENING' }, 'ERR_INVALID_ARG_VALUE', 'options.state'],
  [{ state: 10 }, 'ERR_INVALID_ARG_TYPE', 'options.state'],
  [{ bound: 'yes' }, 'ERR_INVALID_ARG_TYPE', 'options.bound'],
  [{ listening: 1 }, 'ERR_INVALID_ARG_TYPE', 'options.listening'],
  [{ listening: true, bound: true }, 'ERR_INVALID_ARG_VALUE', 'options.bound'],
  [{ pid: -1 }, 'ERR_OUT_OF_RANGE', 'options.pid'],
  [{ pid: 0 }, 'ERR_OUT_OF_RANGE', 'options.pid'],
  [{ pid: '1' }, 'ERR_INVALID_ARG_TYPE', 'options.pid'],
  [{ pid: [1, 2.5] }, 'ERR_OUT_OF_RANGE', 'options.pid[1]'],
  [{ pid: 1, owners: 'none' }, 'ERR_INVALID_ARG_VALUE', 'options.owners'],
  [{ owners: true }, 'ERR_INVALID_ARG_TYPE', 'options.owners'],
  [{ owners: 'some' }, 'ERR_INVALID_ARG_VALUE', 'options.owners'],
  [{ include: ['owner'] }, 'ERR_INVALID_ARG_VALUE', 'options.include[0]" must be one of'],
  [{ include: ['names', 1] }, 'ERR_INVALID_ARG_TYPE', 'options.include[1]'],
  [{ source: 'netstat' }, 'ERR_INVALID_ARG_VALUE', 'options.source'],
  [{ signal: {} }, 'ERR_INVALID_ARG_TYPE', 'options.signal'],
  [{ signal: null }, 'ERR_INVALID_ARG_TYPE', 'options.signal'],
  [{ protocol: null }, 'ERR_INVALID_ARG_TYPE', 'options.protocol'],
  [{ localPort: null }, 'ERR_INVALID_ARG_TYPE', 'options.localPort'],
  [{ localPort: 80n }, 'ERR_INVALID_ARG_TYPE', 'options.localPort'],
  [{ localPort: [[80]] }, 'ERR_INVALID_ARG_TYPE', 'options.localPort[0]'],
  [{ localPort: [] }, 'ERR_INVALID_ARG_VALUE', 'options.localPort'],
  [{ localPort: { from: -1, to: 9 } }, 'ERR_OUT_OF_RANGE', 'options.localPort.from'],
  [{ state: [] }, 'ERR_INVALID_ARG_VALUE', 'options.state'],
  [{ state: ['LISTEN', 'listen'] }, 'ERR_INVALID_ARG_VALUE', 'options.state[1]'],
  [{ pid: null }, 'ERR_INVALID_ARG_TYPE', 'options.pid'],
  [{ pid: [] }, 'ERR_INVALID_ARG_VALUE', 'options.pid'],
  [{ pid: 2 ** 31 }, 'ERR_OUT_OF_RANGE', 'options.pid'],
  [{ pid: Infinity }, 'ERR_OUT_OF_RANGE', 'options.pid'],
  [{ source: null }, 'ERR_INVALID_ARG_TYPE', 'options.source'],
  // Null is a mistake in every option: undefined is how one leaves an option out.
  [{ bound: null }, 'ERR_INVALID_ARG_TYPE', 'options.bound'],
  [{ owners: null }, 'ERR_INVALID_ARG_TYPE', 'options.owners'],
  [{ include: null }, 'ERR_INVALID_ARG_TYPE', 'options.include'],
  // A hole in an array is not a port or a word.
  [{ protocol: Array(1) }, 'ERR_INVALID_ARG_TYPE', 'options.protocol[0]'],
  [{ localPort: Array(1) }, 'ERR_INVALID_ARG_TYPE', 'options.localPort[0]'],
]

// Node's own inspection: JSON has no bigint, hole or infinity.
describe.each(WRONG)('%o', (options, code, named) => {
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
    if (noSignal) expect(() => socktable.listSocketsSync(given)).toThrow("can't be aborted")
    else expect(() => socktable.listSocketsSync(given)).toThrow(expected)
  })
})

test('nothing is read for options that are refused', async () => {
  const read = vi.spyOn(binding(), 'read')
  const readSync = vi.spyOn(binding(), 'readSync')
  expect(() => socktable.listSocketsSync({ localPort: 70_000 })).toThrow()
  await expect(socktable.listSockets({ localPort: 70_000 })).rejects.toThrow()
  expect(read).not.toHaveBeenCalled()
  expect(readSync).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

type Call = (options: unknown) => unknown
const OTHERS: readonly [name: string, sync: Call, twin: Call, unknown: string][] = [
  [
    'inspectPort',
    (options) => socktable.inspectPortSync(80, options as socktable.InspectOptions),
    (options) => socktable.inspectPort(80, options as socktable.InspectOptions),
    'localPort',
  ],
]

describe.each(OTHERS)('%s', (_, sync, twin, unknown) => {
  test.each([[null], [5], ['tcp'], [[]], [true]])(
    'options %j are not an object',
    async (options) => {
      const error = expect.objectContaining({
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining('"options"') as string,
      }) as Error
      expect(() => sync(options)).toThrow(error)
      await expect(twin(options)).rejects.toEqual(error)
    },
  )

  test(`${unknown} is not its option: it decides on that itself`, async () => {
    const options = { [unknown]: 443 }
    const error = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }) as Error
    expect(() => sync(options)).toThrow(error)
    await expect(twin(options)).rejects.toEqual(error)
  })

  test('a wrong value is refused as by listSockets', async () => {
    const error = expect.objectContaining({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('options.family') as string,
    }) as Error
    expect(() => sync({ family: 'inet' })).toThrow(error)
    await expect(twin({ family: 'inet' })).rejects.toEqual(error)
  })
})

test.each([[70_000], [-1], [1.5]])('port %d is out of range', async (port) => {
  const error = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }) as Error
  expect(() => socktable.inspectPortSync(port)).toThrow(error)
  await expect(socktable.inspectPort(port)).rejects.toEqual(error)
})

test('a port must be a number', () => {
  const error = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }) as Error
  expect(() => socktable.inspectPortSync('3000' as unknown as number)).toThrow(error)
})

const { layout } = binding()
/** What an encoded query says, by the names of the layout. */
function said(options?: socktable.ListOptions) {
  const { encoded: words } = encodeQuery(options)
  const lists: Record<string, number[]> = {}
  const names = Object.entries(layout.queryList)
  for (let at = layout.query.size; at < words.length; at += 2 + (words[at + 1] as number)) {
    const [name = ''] = names.find(([, number]) => number === words[at]) ?? []
    lists[name] = [...words.slice(at + 2, at + 2 + (words[at + 1] as number))]
  }
  const fixed = Object.entries(layout.query).filter(([name]) => name !== 'size')
  return { ...Object.fromEntries(fixed.map(([name, place]) => [name, words[place]])), ...lists }
}

test('without options: both protocols and families, all states but BOUND, all owners', () => {
  expect(said()).toEqual({
    version: layout.schema.version,
    protocols: (1 << layout.protocol.tcp) | (1 << layout.protocol.udp),
    families: (1 << layout.family.IPv4) | (1 << layout.family.IPv6),
    tcpStates: ~(1 << layout.state.BOUND) >>> 0,
    udpPeers: (1 << layout.udpPeer.unconnected) | (1 << layout.udpPeer.connected),
    owners: layout.owners.all,
    include: 0,
    source: layout.source.auto,
  })
})

test('ports are sent as ranges, PIDs once each', () => {
  expect(said({ localPort: [80, { from: 1, to: 65_535 }], pid: [7, 7, 8] })).toMatchObject({
    localPorts: [80 * 65_536 + 80, 65_536 + 65_535],
    pids: [7, 8],
  })
})

test('4 and 6 are families, and a word of include may stand alone', () => {
  expect(said({ family: 4 })).toEqual(said({ family: 'IPv4' }))
  expect(said({ family: [6] })).toEqual(said({ family: ['IPv6'] }))
  expect(said({ include: 'names' })).toEqual(said({ include: ['names'] }))
})

test('the least and the most of everything', () => {
  const ranges = Array.from({ length: 1024 }, () => ({ from: 0, to: 65_535 }))
  const pids = Array.from({ length: 65_536 }, (_, index) => 2 ** 31 - 1 - index)
  const {
    localPorts,
    remotePorts,
    pids: sent,
  } = said({
    localPort: 0,
    remotePort: ranges,
    pid: pids,
  }) as Record<string, number[]>
  expect(localPorts).toEqual([0])
  expect(remotePorts).toEqual(Array(1024).fill(65_535))
  expect(sent).toEqual(pids)
})

test.each([
  ['localPort', 1025],
  ['remotePort', 1025],
  ['pid', 65_537],
])('%s of %i are too many', (name, length) => {
  const error = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE', name: 'RangeError' }) as Error
  const tooMany = { [name]: Array<number>(length).fill(1) }
  expect(() => encodeQuery(tooMany)).toThrow(error)
  expect(() => encodeQuery(tooMany)).toThrow(`options.${name}`)
})

test('undefined is how an option is left out', () => {
  const names = ['protocol', 'family', 'localPort', 'remotePort', 'state', 'bound', 'listening']
  names.push('pid', 'owners', 'include', 'source')
  const options = Object.fromEntries(names.map((name) => [name, undefined]))
  expect(encodeQuery(options)).toEqual(encodeQuery(undefined))
})

// No UDP socket has a state, so nothing is read; the source is still the one that was asked.
test('a query that nothing can match names the source that it asked for', () => {
  const own: Partial<Record<NodeJS.Platform, Source>> = { win32: 'iphlpapi', darwin: 'libproc' }
  const source = own[process.platform] ?? 'procfs'
  const options = { protocol: 'udp', state: 'LISTEN', source } as const
  expect(socktable.listSocketsSync(options)).toMatchObject({ rows: [], source })
})
