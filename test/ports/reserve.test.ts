import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readlinkSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { checkPort, findFreePort, listSockets, reservePort } from '../../src/index.ts'
import { evaluate } from '../support/evaluate.ts'
import { isRoot, needs } from '../support/requirements.ts'
import { socktable } from '../cli/run.ts'

const RESERVER = fileURLToPath(new URL('reserver.mjs', import.meta.url))
const ENTRY = fileURLToPath(new URL('../../dist/index.js', import.meta.url))
const RANGE = '/proc/sys/net/ipv4/ip_local_port_range'
const NONE = { code: 'ERR_SOCKTABLE_NO_FREE_PORT' }

/** Opens a server at a port as Node does, and closes it again. */
async function serve(port: number, host?: string): Promise<void> {
  const server = createServer().listen({ port, host })
  await once(server, 'listening')
  await new Promise((resolve) => server.close(resolve))
}

/** What Python prints; it sets no socket option by itself. */
const python = (code: string) =>
  execFileSync('python3', ['-c', `import socket\n${code}`], { encoding: 'utf8' }).trim()

const WAYS = [
  ['a socket', { outlive: false }, { state: 'BOUND', localAddress: '::', pid: process.pid }],
  ['TIME_WAIT', { outlive: true }, { state: 'TIME_WAIT', pid: null }],
] as const

describe.each(WAYS)('a port that %s reserves', (_, way, row) => {
  test('can be bound by its number with SO_REUSEADDR alone', async () => {
    const { port, held } = await reservePort({ ports: { from: 9000, to: 9049 }, ...way })
    expect(held).toBe(true)
    expect((await listSockets({ localPort: port, bound: true })).rows).toMatchObject([row])
    expect(await checkPort(port)).toMatchObject({ free: true })
    for (const host of [undefined, '0.0.0.0', '127.0.0.1', '127.0.0.2', '::1']) {
      await serve(port, host)
    }
    const attempts = `
for host in "0.0.0.0", "127.0.0.1", "127.0.0.2":
  try:
    socket.socket().bind((host, ${port})); print("bound")
  except OSError as error: print(error.errno)`
    // A connection in TIME_WAIT has one address, a bound socket all.
    const other = way.outlive ? 'bound' : '98'
    expect(python(attempts).split('\n')).toEqual(['98', '98', other])
  })

  // In a namespace whose kernel has three ports to give away, of which the middle one is reserved.
  test.runIf(needs(isRoot, 'root, for a namespace'))(
    'goes to no bind to port 0 and to no outgoing connection',
    () => {
      const code = `
        const net = require('net'), fs = require('fs'), { once } = require('events')
        const { port } = await m.reservePort(${JSON.stringify({ ports: 7001, ...way })})
        fs.writeFileSync('${RANGE}', '7000 7002')
        const given = []
        for (const reuse of [true, false]) {
          const child = require('child_process').spawnSync('python3', ['-c', \`
import socket
held = []
try:
  while True:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, \${reuse ? 1 : 0})
    one.bind(("0.0.0.0", 0)); held.append(one)
except OSError: print([one.getsockname()[1] for one in held])\`], { encoding: 'utf8' })
          given.push(...JSON.parse(child.stdout))
        }
        const server = net.createServer().listen(8000, '127.0.0.1')
        await once(server, 'listening')
        const clients = []
        for (let i = 0; i < 3; i++) {
          const client = net.connect(8000, '127.0.0.1')
          const [outcome] = await Promise.race([once(client, 'connect').then(() => [client.localPort]),
            new Promise((resolve) => client.once('error', (error) => resolve([error.code])))])
          given.push(outcome)
          clients.push(client)
        }
        clients.forEach((client) => client.destroy())
        server.close()
        return { port, given: [...new Set(given)].sort() }`
      const inside = ['unshare', '--net', 'sh', '-c', 'ip link set lo up; exec "$@"', 'sh']
      const { port, given } = evaluate<{ port: number; given: (number | string)[] }>(code, inside)
      expect(port).toBe(7001)
      // TIME_WAIT is made by a connection, whose own port the kernel takes from the same range.
      expect(given).not.toContain(7001)
      expect(given).toEqual(expect.arrayContaining([7000, 'EADDRNOTAVAIL']))
    },
  )

  test('is passed over by those who find and reserve ports', async () => {
    const { port } = await reservePort({ ports: { from: 9050, to: 9098 }, ...way })
    const next = { ports: { from: port, to: port + 1 } }
    const of = (options: object) => findFreePort({ ...next, ...options })
    expect(await of({})).toBe(port + 1)
    for (const host of ['127.0.0.1', '127.0.0.2', '::1', '0.0.0.0']) {
      expect(await of({ host })).toBe(port + 1)
    }
    await expect(reservePort({ ports: port })).rejects.toMatchObject({
      ...NONE,
      tried: 1,
      refusal: { code: 'EADDRINUSE' },
    })
    // Another process knows it by the table alone.
    const code = `return [await m.findFreePort(${JSON.stringify(next)}),
      await m.findFreePort({ ...${JSON.stringify(next)}, host: '127.0.0.2' }),
      await m.findFreePort({ ports: ${port} }).catch((error) => error.message)]`
    expect(evaluate(code)).toEqual([port + 1, port + 1, expect.stringContaining('it is reserved')])
  })

  test(
    'is one of each alone, also where 64 processes reserve at once',
    { timeout: 120_000 },
    async () => {
      const [first, last] = way.outlive ? [9300, 9399] : [9100, 9299]
      const words = [String(first), String(last), way.outlive ? '1' : '0']
      const children = Array.from({ length: 64 }, () => fork(RESERVER, words))
      const reports = await Promise.all(
        children.map(async (child: ChildProcess) => {
          const [report] = (await once(child, 'message')) as [
            { readonly reserved: number[]; readonly lost: string[] },
          ]
          return report
        }),
      )
      for (const child of children) child.send('end')
      const all = reports.flatMap(({ reserved }) => reserved)
      expect(reports.flatMap(({ lost }) => lost)).toEqual([])
      expect(all.length).toBe(last - first + 1)
      expect(new Set(all).size).toBe(all.length)
    },
  )
})

/** How many sockets this process has open. */
const openSockets = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:')
    } catch {
      return false // the folder itself, closed by now
    }
  }).length

describe('a reservation', () => {
  test('is one for each of twenty calls at once, where finding gives one port to all', async () => {
    const ports = { from: 9450, to: 9479 }
    const calls = <Result>(call: () => Promise<Result>) =>
      Promise.all(Array.from({ length: 20 }, call))
    expect(new Set(await calls(() => findFreePort({ ports })))).toEqual(new Set([9450]))
    const reservations = await calls(() => reservePort({ ports }))
    expect(new Set(reservations.map(({ port }) => port)).size).toBe(20)
    for (const reservation of reservations) reservation.close()
  })

  test('is given back once, by close or by using', async () => {
    const before = openSockets()
    const first = await reservePort({ ports: 9400 })
    expect(JSON.parse(JSON.stringify(first))).toEqual({ port: 9400, held: true, heldUntil: null })
    expect(openSockets()).toBe(before + 1)
    first.close()
    first.close()
    expect(first.held).toBe(false)
    expect(openSockets()).toBe(before)
    const second = await reservePort({ ports: 9400 })
    first.close() // is not the second's
    await expect(reservePort({ ports: 9400 })).rejects.toMatchObject(NONE)
    second[Symbol.dispose]()
    const third = await reservePort({ ports: 9400 })
    await third[Symbol.asyncDispose]()
    expect(await findFreePort({ ports: 9400 })).toBe(9400)
    expect(openSockets()).toBe(before)
  })

  test('leaves the port to the server that has bound it', async () => {
    const reservation = await reservePort({ ports: 9401 })
    const server = createServer().listen(9401)
    await once(server, 'listening')
    reservation.close()
    expect(await checkPort(9401)).toMatchObject({ free: false, obstacles: ['listener'] })
    server.close()
  })

  test('by TIME_WAIT has an end and no other', async () => {
    const reservation = await reservePort({ ports: { from: 9402, to: 9409 }, outlive: true })
    const left = (reservation.heldUntil ?? 0) - Date.now()
    expect(left).toBeGreaterThan(55_000)
    expect(left).toBeLessThanOrEqual(60_000)
    reservation.close()
    expect(reservation.held).toBe(true)
    await expect(reservePort({ ports: reservation.port })).rejects.toMatchObject(NONE)
  })

  test('stays where only its number is kept, and lets the process end', () => {
    const code = `
      const { port } = await m.reservePort({ ports: { from: 9410, to: 9419 } })
      for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 5)) }
      return (await m.listSockets({ localPort: port, bound: true })).rows.map(({ state }) => state)`
    expect(evaluate(code, ['env', 'NODE_OPTIONS=--expose-gc'])).toEqual(['BOUND'])
  })

  test('ends with its thread and with its process, and no child inherits it', async () => {
    const code = `
      const { parentPort } = require('node:worker_threads')
      require(${JSON.stringify(ENTRY)}).reservePort({ ports: 9420 })
        .then(({ port }) => parentPort.postMessage(port)); parentPort.once('message', () => {})`
    const worker = new Worker(code, { eval: true })
    expect(await once(worker, 'message')).toEqual([9420])
    await expect(findFreePort({ ports: 9420 })).rejects.toMatchObject(NONE)
    await worker.terminate()
    expect(await findFreePort({ ports: 9420 })).toBe(9420)

    const inChild = `
      await m.reservePort({ ports: 9421 })
      const child = require('child_process').spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
      child.unref()
      return child.pid`
    const pid = evaluate<number>(inChild)
    try {
      expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n')
      expect(await findFreePort({ ports: 9421 })).toBe(9421)
    } finally {
      process.kill(pid)
    }
  })

  test('of UDP is none, and says so', async () => {
    const reservation = await reservePort({ protocol: 'udp', ports: 9430 })
    expect(JSON.parse(JSON.stringify(reservation))).toEqual({
      port: 9430,
      held: false,
      heldUntil: null,
    })
    reservation.close()
  })

  test.runIf(needs(isRoot, 'root, for a namespace'))(
    'by TIME_WAIT is an error where loopback is down, at once; by a socket it needs none',
    () => {
      const code = `
        const { held } = await m.reservePort({ ports: { from: 9000, to: 9900 } })
        const begun = Date.now()
        const error = await m.reservePort({ ports: { from: 9000, to: 9900 }, outlive: true })
          .catch((error) => error)
        return { held, code: error.code, syscall: error.syscall, message: error.message,
          quick: Date.now() - begun < 1000 }`
      expect(evaluate(code, ['unshare', '--net'])).toMatchObject({
        held: true,
        code: expect.stringMatching(/^ENETUNREACH|EADDRNOTAVAIL$/) as string,
        message: expect.stringContaining('loopback') as string,
        quick: true,
      })
    },
  )

  test.runIf(needs(isRoot, 'root, for a namespace'))(
    'is said not to be one where the kernel keeps no TIME_WAIT',
    () => {
      const none = 'ip link set lo up; echo 0 > /proc/sys/net/ipv4/tcp_max_tw_buckets; exec "$@"'
      const code = `
        const { held, heldUntil } = await m.reservePort({ ports: 9000, outlive: true })
        return { held, heldUntil, again: (await m.reservePort({ ports: 9000 })).held }`
      expect(evaluate(code, ['unshare', '--net', 'sh', '-c', none, 'sh'])).toEqual({
        held: false,
        heldUntil: null,
        again: true,
      })
    },
  )

  test.each([{ outlive: 1 }, { outlive: 'yes' }])('takes no %j', async (options) => {
    await expect(reservePort(options as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    })
  })
})

describe('socktable free --reserve', () => {
  test('reserves beyond its own end', async () => {
    const { stdout, code } = socktable('free', '9440-9449', '--reserve', '--json')
    expect(code).toBe(0)
    const { port, held, heldUntil } = JSON.parse(stdout) as Record<string, number>
    expect({ held, later: (heldUntil as number) > Date.now() }).toEqual({ held: true, later: true })
    await expect(reservePort({ ports: port as number })).rejects.toMatchObject(NONE)
  })
})
