import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { checkPort, checkPortSync, checkPorts, explainPort } from '../../src/index.ts'
import { overlap, parseIPv6 } from '../../src/ports/addresses.ts'
import { AS_NOBODY, evaluate } from '../support/evaluate.ts'
import { canBecomeOthers, isRoot, needs } from '../support/requirements.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function listen(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  ends.push(() => server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('addresses', () => {
  test.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['1::', '00010000000000000000000000000000'],
    ['fe80::1:2', 'fe800000000000000000000000010002'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ])('%s', (text, bytes) => {
    expect(Buffer.from(parseIPv6(text)).toString('hex')).toBe(bytes)
  })

  const v4 = (address: string) => ({ family: 'IPv4', address, dualStack: false }) as const
  const v6 = (address: string, dualStack = false) =>
    ({ family: 'IPv6', address, dualStack }) as const
  test.each([
    [v4('0.0.0.0'), v4('127.0.0.1'), true],
    [v4('127.0.0.1'), v4('127.0.0.2'), false],
    [v4('0.0.0.0'), v6('::', true), true],
    [v4('127.0.0.1'), v6('::', true), true],
    [v4('0.0.0.0'), v6('::'), false],
    [v4('127.0.0.1'), v6('::1', true), false],
    [v6('::'), v6('::1'), true],
    [v6('::1'), v6('::1'), true],
    [v6('::ffff:127.0.0.1'), v4('127.0.0.1'), true],
    [v6('::ffff:127.0.0.1'), v4('0.0.0.0'), true],
    [v6('::ffff:127.0.0.1'), v6('::'), false],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(overlap(a, b)).toBe(expected)
    expect(overlap(b, a)).toBe(expected)
  })
})

test('sockets at other addresses are listed apart from those in the way', async () => {
  const port = await listen('127.0.0.2')
  const check = await checkPort(port, { host: '127.0.0.1' })
  expect(check).toMatchObject({ free: true, obstacles: [], holders: [], disagreement: null })
  expect(check.elsewhere).toMatchObject([{ localAddress: '127.0.0.2', pid: process.pid }])
  const everywhere = checkPortSync(port)
  expect(everywhere).toMatchObject({ free: false, host: '::', obstacles: ['listener'] })
  expect(everywhere.holders).toMatchObject([{ localAddress: '127.0.0.2', pid: process.pid }])
})

test('a range costs one read and keeps its order', async () => {
  const port = await listen('0.0.0.0')
  const checks = await checkPorts([{ from: port - 1, to: port + 1 }, port])
  expect(checks.map((check) => check.port)).toEqual([port - 1, port, port + 1])
  expect(checks[1]).toMatchObject({ free: false })
})

test.each([
  ['192.0.2.1', 'address', 'EADDRNOTAVAIL'],
  ['fe80::1', 'address', 'EINVAL'],
])('%s is no address of this machine', async (host, obstacle, code) => {
  const check = await checkPort(8080, { host })
  expect(check).toMatchObject({ free: false, obstacles: [obstacle], refusal: { code } })
})

test('checkPort says whether a port is in the range from which the system gives ports', async () => {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  const [first, last] = range.split('\t').map(Number) as [number, number]
  for (const port of [first - 1, first, last, last + 1]) {
    const ephemeral = port >= first && port <= last
    expect(await checkPort(port)).toMatchObject({ ephemeral, reserved: false })
  }
  expect(await checkPort(2000)).toMatchObject({ ephemeral: false, privileged: false })
})

test.runIf(needs(canBecomeOthers, 'root, to become another user'))(
  'a privileged port is one for others',
  () => {
    const code = 'const c = await m.checkPort(81); return [c.free, c.obstacles, c.refusal.code]'
    expect(evaluate(code, AS_NOBODY)).toEqual([false, ['privileged'], 'EACCES'])
    const text = evaluate('return (await m.explainPort(81)).text', AS_NOBODY)
    expect(text).toContain('TCP port 81 is privileged')
    expect(text).toMatch(/Free close by: 10\d\d/)
  },
)

test.runIf(needs(isRoot, 'root, to switch IPv6 off'))(
  'with IPv6 switched off :: can be bound all the same, and takes IPv4; ::1 can not',
  () => {
    const off = 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up; exec "$@"'
    const inside = ['unshare', '--net', 'sh', '-c', off, 'sh']
    const code = "return [await m.checkPort(80), await m.checkPort(80, { host: '::1' })]"
    expect(evaluate(code, inside)).toMatchObject([
      { host: '::', free: true },
      { free: false, obstacles: ['address'] },
    ])
  },
)

test('explainPort names the process, or how to see it', async () => {
  const port = await listen('127.0.0.1')
  const { text, reasons } = await explainPort(port)
  expect(reasons[0]).toContain(
    `(PID ${process.pid}) listens on 127.0.0.1:${port}, which is part of ::`,
  )
  expect(text).toContain('What to do:')
})

describe('wrong arguments', () => {
  test.each([0, 65_536, -1, 1.5, Number.NaN])('port %s', async (port) => {
    await expect(checkPort(port)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    expect(() => checkPortSync(port)).toThrow(RangeError)
  })

  test.each([
    ['80abc', {}, 'ERR_INVALID_ARG_TYPE'],
    [{ from: 1, to: 2 }, {}, 'ERR_INVALID_ARG_TYPE'],
    [80, { host: '' }, 'ERR_INVALID_ARG_VALUE'],
    [80, { host: 80 }, 'ERR_INVALID_ARG_TYPE'],
    [80, { protocol: 'sctp' }, 'ERR_INVALID_ARG_VALUE'],
    [80, { hosts: [] }, 'ERR_INVALID_ARG_VALUE'],
    [80, { ipv6Only: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ])('%j %j', async (port, options, code) => {
    await expect(checkPort(port as never, options as never)).rejects.toMatchObject({ code })
  })

  test.each([[[]], [{ from: 5, to: 4 }], [[0]], [{ from: 0, to: 4 }]])(
    'ports %j',
    async (ports) => {
      await expect(checkPorts(ports as never)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_(OUT_OF_RANGE|INVALID_ARG_VALUE)$/) as string,
      })
    },
  )

  test('a host that stands for nothing', async () => {
    await expect(checkPort(80, { host: 'nowhere.invalid' })).rejects.toMatchObject({
      syscall: 'getaddrinfo',
    })
    expect(() => checkPortSync(80, { host: 'nowhere.invalid' })).toThrow('a blocking call')
  })
})
