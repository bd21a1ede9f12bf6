import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, type ListenOptions, type Server, createServer } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  checkPort,
  checkPortSync,
  explainError,
  findFreePort,
  inspectPort,
  inspectPortSync,
  listSocketsSync,
  waitForPort,
} from '../../src/index.ts'
import { canonicalAddress } from '../../src/ports/addresses.ts'
import { evaluate } from '../support/evaluate.ts'
import { holdByPython } from '../support/holders.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()))
})

async function listen(options: ListenOptions): Promise<{ port: number; server: Server }> {
  const server = createServer().listen(options)
  await once(server, 'listening')
  endings.push(() => new Promise((resolve) => server.close(resolve)))
  return { port: (server.address() as AddressInfo).port, server }
}

describe('an address in another spelling', () => {
  test.each([
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::1', '0000:0000::0001'],
    ['::1', '[::1]'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['127.0.0.1', '::ffff:127.0.0.1'],
    ['127.0.0.1', '::ffff:7f00:1'],
    ['127.0.0.1', '::FFFF:7F00:0001'],
    ['0.0.0.0', '::ffff:0:0'],
    ['0.0.0.0', '0:0:0:0:0:ffff:127.0.0.1'],
  ])('a listener on %s is found at %s', async (host, spelled) => {
    const { port } = await listen({ port: 0, host })
    for (const check of [
      await checkPort(port, { host: spelled }),
      checkPortSync(port, { host: spelled }),
    ]) {
      expect(check).toMatchObject({
        free: false,
        obstacles: ['listener'],
        holders: [{ pid: process.pid }],
      })
      expect(check.host).toBe(canonicalAddress(spelled.replace(/[[\]]/g, '')))
    }
    const { summary, reasons } = await explainError(
      Object.assign(new Error('listen'), { code: 'EADDRINUSE', port, address: spelled }),
    )
    expect([summary, reasons[0]]).toEqual([
      `TCP port ${port} is in use.`,
      expect.stringContaining(`(PID ${process.pid})`) as string,
    ])
    expect((await inspectPort(port, { host: spelled })).owners).toHaveLength(1)
  })

  test.each([
    ['FE80:0:0:0::1%eth0', 'fe80::1%eth0'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::FFFF:1.2.3.4', '::ffff:1.2.3.4'],
    ['127.0.0.1', '127.0.0.1'],
  ])('%s is %s', (spelled, address) => {
    expect(canonicalAddress(spelled)).toBe(address)
  })
})

describe('a link-local address', () => {
  const NAMES = ['sockt0', 'sockt1'] as const
  const ip = (...words: string[]) => execFileSync('ip', words)
  beforeAll(() => {
    ip('link', 'add', NAMES[0], 'type', 'veth', 'peer', 'name', NAMES[1])
    for (const name of NAMES) {
      ip('link', 'set', name, 'up')
      ip('address', 'add', 'fe80::5/64', 'dev', name, 'nodad')
    }
    return () => ip('link', 'delete', NAMES[0])
  })
  const host = 'fe80::5%sockt0'

  test('is one of this machine by the name of its interface, as Node takes it', async () => {
    const port = await findFreePort({ host, ports: { from: 20_000, to: 30_000 } })
    const { server } = await listen({ port, host })
    expect((server.address() as AddressInfo).port).toBe(port)
    const [row] = listSocketsSync({ localPort: port, listening: true }).rows
    expect(row?.localAddress).toBe(host)
    const check = await checkPort(port, { host })
    expect(check).toMatchObject({
      free: false,
      host,
      holders: [{ pid: process.pid }],
      elsewhere: [],
    })
    expect(checkPortSync(port, { host: 'FE80:0::5%sockt0' })).toEqual(check)
    const error = Object.assign(new Error(), { code: 'EADDRINUSE', port, address: host })
    expect((await explainError(error)).text).toContain(`(PID ${process.pid})`)
    // A wildcard takes all interfaces in.
    expect((await checkPort(port)).obstacles).toEqual(['listener'])
  })

  test('on another interface is another address', async () => {
    const { port } = await listen({ port: 0, host: 'fe80::5%sockt1' })
    expect(await checkPort(port, { host })).toMatchObject({
      free: true,
      holders: [],
      elsewhere: [{ localAddress: 'fe80::5%sockt1' }],
    })
    expect((await inspectPort(port, { host })).inUse).toBe(false)
    expect(inspectPortSync(port, { host: 'fe80::5%sockt1' }).inUse).toBe(true)
  })

  test.each(['fe80::5', 'fe80::5%nosuch'])(
    '%s is refused immediately, with what it lacks',
    async (given) => {
      expect(await checkPort(20_000, { host: given })).toMatchObject({
        free: false,
        obstacles: ['address'],
      })
      const began = performance.now()
      await expect(findFreePort({ host: given })).rejects.toMatchObject({ code: 'EINVAL' })
      expect(performance.now() - began).toBeLessThan(1000)
    },
  )
})

describe('localhost', () => {
  test.each(['127.0.0.1', '::1'])('is taken where %s is', async (taken) => {
    const { port } = await listen({ port: 0, host: taken })
    for (const host of ['localhost', 'LOCALHOST.']) {
      const check = { free: false, host: taken, holders: [{ pid: process.pid }] }
      expect(await checkPort(port, { host })).toMatchObject(check)
      expect(checkPortSync(port, { host })).toMatchObject(check)
      expect((await inspectPort(port, { host })).owners).toHaveLength(1)
      expect(inspectPortSync(port, { host }).owners).toHaveLength(1)
      await expect(findFreePort({ host, ports: port })).rejects.toMatchObject({ tried: 1 })
    }
  })

  test('is both loopback addresses, and the blocking twin says the same', async () => {
    const port = await findFreePort({ host: 'localhost' })
    const check = await checkPort(port, { host: 'localhost' })
    expect(check.free).toBe(true)
    expect({ ...checkPortSync(port, { host: 'localhost' }), host: '', family: '' }).toEqual({
      ...check,
      ...{ host: '', family: '' },
    })
  })

  test('is 127.0.0.1 alone where there is no IPv6', () => {
    const code = `
      const server = require('net').createServer().listen(0, '127.0.0.1')
      await require('events').once(server, 'listening')
      const { port } = server.address()
      const check = await m.checkPort(port, { host: 'localhost' })
      server.close()
      return [check.host, check.free, (await m.checkPort(1025, { host: 'localhost' })).free]`
    const lo = 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; ip link set lo up; exec "$@"'
    expect(evaluate(code, ['unshare', '-n', 'sh', '-c', lo, 'sh'])).toEqual([
      '127.0.0.1',
      false,
      true,
    ])
  })
})

describe('a host that is asked about', () => {
  test('leaves out who has the port elsewhere', async () => {
    const { port } = await listen({ port: 0, host: '127.0.0.2' })
    const host = '127.0.0.1'
    expect((await inspectPort(port, { host })).inUse).toBe(false)
    expect(inspectPortSync(port).inUse).toBe(true)
    expect((await inspectPort(port, { host })).owners).toEqual([])
    await expect(waitForPort(port, { host, timeout: 30, interval: 5 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      rows: [],
    })
    expect(await waitForPort(port, { host, until: 'closed' })).toEqual([])
    expect(await waitForPort(port, { host: '127.0.0.2' })).toHaveLength(1)
  })

  test.each(['0.0.0.0', '::'])('takes in who has it on %s', async (wildcard) => {
    const { port } = await listen({ port: 0, host: wildcard })
    expect(await waitForPort(port, { host: '127.0.0.1' })).toMatchObject([
      { localAddress: wildcard },
    ])
    expect((await inspectPort(port, { host: 'localhost' })).owners).toHaveLength(1)
  })
})

describe('a port that is shared', () => {
  test('is free for UDP with reuseAddr where all set it, as Node binds it', async () => {
    const bind = async (reuseAddr: boolean, port = 0) => {
      const socket = createSocket({ type: 'udp4', reuseAddr })
      endings.push(() => new Promise<void>((resolve) => socket.close(resolve)))
      socket.bind(port)
      await once(socket, 'listening')
      return socket.address().port
    }
    const shared = await bind(true)
    const asked = { protocol: 'udp', host: '0.0.0.0' } as const
    expect((await checkPort(shared, asked)).free).toBe(false)
    const check = await checkPort(shared, { ...asked, reuseAddr: true })
    expect(check).toMatchObject({ free: true, holders: [{ pid: process.pid }] })
    expect(check.disagreement).toContain('share')
    await bind(true, shared)
    const alone = await bind(false)
    expect(checkPortSync(alone, { ...asked, reuseAddr: true }).free).toBe(false)
  })

  test('exclusive changes nothing between processes, and reusePort only where all set it', async () => {
    const { port } = await listen({ port: 0 })
    expect(await checkPort(port, { exclusive: true })).toEqual(await checkPort(port))
    expect((await checkPort(port, { reusePort: true })).free).toBe(false)
    const idle = await findFreePort()
    expect((await checkPort(idle, { reusePort: true, exclusive: true })).free).toBe(true)
  })
})

describe('without any /proc', () => {
  const noProc = [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-c',
    'umount -l /proc; exec "$@"',
    'sh',
  ]
  const asked = (what: string) => `
    const server = require('net').createServer().listen(0, '127.0.0.1')
    await require('events').once(server, 'listening')
    const { port } = server.address()
    const place = { host: '127.0.0.1' }
    try { ${what} } finally { server.close() }`

  test('the bind answers, and the owner is said to be unknown', () => {
    const code = asked(`
      const check = await m.checkPort(port, place)
      const free = m.checkPortSync(port === 1025 ? 1026 : 1025, place)
      const { text } = await m.explainError(Object.assign(new Error(), { code: 'EADDRINUSE', port, address: '127.0.0.1' }))
      const { inUse } = await m.inspectPort(port, { owners: 'none' })
      return [check.free, check.obstacles, check.unreadable, check.holders[0].ownerUnknown, free.free, text, inUse]`)
    expect(evaluate(code, noProc)).toEqual([
      ...[false, ['listener'], 'owners', 'not-asked', true],
      expect.stringContaining('cannot be named'),
      true,
    ])
  })
})

test('a server that is bound to another interface is not in the way', async () => {
  execFileSync('ip', ['link', 'add', 'sockt2', 'type', 'veth', 'peer', 'name', 'sockt3'])
  try {
    const { port } = await holdByPython('on_device("sockt2")')
    const check = await checkPort(port, { host: '0.0.0.0' })
    // The bind decides, and the two agree on it.
    expect(check.free ? check.holders : check.obstacles).toEqual(check.free ? [] : ['listener'])
    expect(check.disagreement).toBeNull()
  } finally {
    execFileSync('ip', ['link', 'delete', 'sockt2'])
  }
})
