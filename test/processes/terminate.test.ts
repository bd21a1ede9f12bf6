import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import {
  type KillPortResult,
  type TerminateResult,
  killPort,
  inspectPort,
  processInfo,
  terminate,
} from '../../src/index.ts'
import { unusedPort } from '../support/own-sockets.ts'
import { start, supportFile, until } from '../support/children.ts'
import { compile } from '../support/compiled.ts'
import { AS_NOBODY, evaluate } from '../support/evaluate.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'
import { isAlive, otherServer } from '../support/holders.ts'

const FAST = { settle: 0 }

describe('killPort', () => {
  test('ends a listener that takes the hint', async () => {
    const { pid, port, process } = await otherServer()
    const result = await killPort(port)
    expect(result).toMatchObject({
      closed: true,
      ports: [{ port, outcome: 'closed', closed: true, holders: [], unknown: [] }],
      processes: [{ pid, name: 'node', outcome: 'terminated', reason: null, ports: [port] }],
    })
    await until('it is seen to have ended', () => process.signalCode === 'SIGTERM')
  })

  test('forces one that does not', async () => {
    const { pid, port, process } = await otherServer(['--deaf'])
    const began = performance.now()
    const result = await killPort(port, { ...FAST, timeout: 300 })
    expect(performance.now() - began).toBeGreaterThan(290)
    expect(result).toMatchObject({ closed: true, processes: [{ pid, outcome: 'killed' }] })
    await until('it is seen to have ended', () => process.signalCode === 'SIGKILL')
  })

  test('does not force where that is not wanted', async () => {
    const { pid, port } = await otherServer(['--deaf'])
    const result = await killPort(port, { ...FAST, timeout: 100, force: false })
    expect(result).toMatchObject({
      closed: false,
      ports: [{ outcome: 'still-held', holders: [{ pid, isNew: false }] }],
      processes: [{ pid, outcome: 'survived' }],
    })
    expect(isAlive(pid)).toBe(true)
  })

  test.each([
    ['a timeout of 0', { timeout: 0 }],
    ['SIGKILL', { killSignal: 'SIGKILL' }],
  ] as const)('forces at once with %s', async (_, options) => {
    const { port, process } = await otherServer(['--deaf'])
    const result = await killPort(port, { ...FAST, ...options })
    expect(result.processes).toMatchObject([{ outcome: 'killed' }])
    await until('it is seen to have ended', () => process.signalCode === 'SIGKILL')
  })

  test('sends the signal asked for', async () => {
    const { port, process } = await otherServer()
    await killPort(port, { ...FAST, killSignal: 'SIGHUP' })
    await until('it is seen to have ended', () => process.signalCode === 'SIGHUP')
  })

  test('UDP, and only the protocol asked for', async () => {
    const { pid, port } = await otherServer(['--udp'])
    const nothing = { ports: [{ outcome: 'nothing-there', closed: true }], processes: [] }
    expect(await killPort(port, FAST)).toMatchObject(nothing)
    expect(await killPort(port, { ...FAST, protocol: 'tcp' })).toMatchObject(nothing)
    expect(await killPort(port, { ...FAST, protocol: 'udp' })).toMatchObject({
      closed: true,
      processes: [{ pid, outcome: 'terminated' }],
    })
  })

  test('a client of UDP survives, whose port is a TCP server’s as well', async () => {
    const client = await otherServer(['--udp'])
    const { pid, port } = await otherServer(['--port', String(client.port)])
    const owners = [{ pid, sockets: [{ protocol: 'tcp' }] }]
    expect((await inspectPort(port)).owners).toMatchObject(owners)
    // Where both are asked for as well: on such a port it is a client of DNS or QUIC.
    const protocol = ['tcp', 'udp'] as const
    expect((await inspectPort(port, { protocol })).owners).toMatchObject(owners)
    expect(await killPort(port, { ...FAST, protocol })).toMatchObject({
      closed: true,
      processes: [{ pid, outcome: 'terminated' }],
    })
    expect(await killPort(port, FAST)).toMatchObject({ ports: [{ outcome: 'nothing-there' }] })
    expect(isAlive(client.pid)).toBe(true)
  })

  test('a UDP server outside of the ephemeral range ends where both are asked for', async () => {
    const { pid } = await otherServer(['--udp', '--port', '1053'])
    const { processes } = await killPort(1053, { ...FAST, protocol: ['udp', 'tcp'] })
    expect(processes).toMatchObject([{ pid, outcome: 'terminated' }])
  })

  test('several ports at once, each with its own answer', async () => {
    const [one, two] = [await otherServer(), await otherServer()]
    const idle = await unusedPort()
    const { closed, ports, processes } = await killPort([one.port, idle, two.port, one.port], FAST)
    expect(closed).toBe(true)
    expect(ports.map(({ port, outcome }) => [port, outcome])).toEqual([
      [one.port, 'closed'],
      [idle, 'nothing-there'],
      [two.port, 'closed'],
    ])
    expect(processes.map(({ outcome }) => outcome)).toEqual(['terminated', 'terminated'])
  })

  test('a client of the port survives', async () => {
    const { port } = await otherServer()
    const client = start(
      process.execPath,
      '-e',
      `const s = require('net').connect(${port}, '127.0.0.1', () => console.log(s.localPort))
       s.on('error', () => {}); process.stdin.on('end', () => process.exit()).resume()`,
    )
    const clientPort = Number(await client.line())
    // Neither does it go by the number that it happens to have.
    expect((await killPort(clientPort, FAST)).ports).toMatchObject([{ outcome: 'nothing-there' }])
    expect((await killPort(port, FAST)).processes).toHaveLength(1)
    expect(isAlive(client.process.pid as number)).toBe(true)
    expect(client.process.exitCode).toBeNull()
    await client.end()
  })

  test('11001 is not 1100', async () => {
    const longer = await otherServer(['--port', '11001'])
    const { pid } = await otherServer(['--port', '1100'])
    const { processes } = await killPort(1100, FAST)
    expect(processes).toMatchObject([{ pid, outcome: 'terminated' }])
    expect(isAlive(longer.pid)).toBe(true)
    expect((await killPort(11, FAST)).ports).toMatchObject([{ outcome: 'nothing-there' }])
  })

  test('never this process', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const result = await killPort(port, { allow: ['ancestors', 'system', 'proxies'] })
    server.close()
    expect(result).toMatchObject({
      closed: false,
      ports: [{ outcome: 'still-held' }],
      processes: [{ pid: process.pid, outcome: 'refused', reason: 'self' }],
    })
  })

  test('an ancestor, only where that is allowed', async () => {
    const ask = (allow: string) =>
      start(
        process.execPath,
        '-e',
        `const server = require('net').createServer().listen(0, '127.0.0.1', () => {
           const { port } = server.address()
           console.log(process.pid)
           const code = 'require(' + JSON.stringify(${JSON.stringify(ENTRY)}) + ').killPort(' + port +
             ', { settle: 0, allow: [${allow}] }).then((r) => console.log(JSON.stringify(r)))'
           require('child_process').spawn(process.execPath, ['-e', code], { stdio: 'inherit' })
         })
         process.stdin.on('end', () => process.exit()).resume()`,
      )
    const spared = ask('')
    const pid = Number(await spared.line())
    expect(await spared.json<KillPortResult>()).toMatchObject({
      processes: [{ pid, outcome: 'refused', reason: 'ancestor' }],
    })
    await spared.end()
    const ended = ask('"ancestors"')
    const other = Number(await ended.line())
    expect(await ended.json<KillPortResult>()).toMatchObject({
      processes: [{ pid: other, outcome: 'terminated' }],
    })
    await ended.end()
  })

  test("what carries containers' ports, only where that is allowed", async () => {
    const { port, pid } = await otherServer(['--title', 'docker-proxy'])
    expect((await killPort(port, FAST)).processes).toMatchObject([
      { pid, name: 'docker-proxy', outcome: 'refused', reason: 'proxy' },
    ])
    expect((await killPort(port, { ...FAST, allow: ['proxies'] })).processes).toMatchObject([
      { outcome: 'terminated' },
    ])
  })

  test('a dry run ends nothing', async () => {
    const { pid, port, children } = await otherServer(['--children', '1'])
    const result = await killPort(port, { dryRun: true, tree: true })
    expect(result).toMatchObject({
      closed: false,
      ports: [{ outcome: 'unchanged' }],
      processes: [
        { pid, outcome: 'would-be-terminated' },
        { pid: children[0], outcome: 'would-be-terminated' },
      ],
    })
    expect([pid, ...children].map(isAlive)).toEqual([true, true])
  })

  test('only those that were agreed upon', async () => {
    const { pid, port } = await otherServer()
    const refused = { pid, outcome: 'refused', reason: 'not-named' }
    expect((await killPort(port, { only: [] })).processes).toMatchObject([refused])
    const only = [{ pid, startTime: '1' }]
    expect((await killPort(port, { only })).processes).toMatchObject([refused])
    const { processes } = await killPort(port, { dryRun: true })
    expect((await killPort(port, { ...FAST, only: processes })).closed).toBe(true)
  })

  test('a supervisor that starts it again is named', async () => {
    const { pid, port, child } = await otherServer(['--supervise'])
    const result = await killPort(port, { settle: 20_000 })
    expect(result).toMatchObject({
      closed: false,
      ports: [
        { outcome: 'taken-again', holders: [{ parentPid: pid, parentName: 'node', isNew: true }] },
      ],
      processes: [{ pid: child, parentPid: pid, outcome: 'terminated' }],
    })
    expect(result.ports[0]?.holders[0]?.pid).not.toBe(child)
  })

  test('with its tree, from the root down', async () => {
    const { pid, port, children } = await otherServer(['--children', '3', '--deaf'])
    const result = await killPort(port, { ...FAST, tree: true, timeout: 200 })
    expect(result.processes.map((one) => one.pid)[0]).toBe(pid)
    expect(result.processes.map((one) => one.pid).sort()).toEqual([pid, ...children].sort())
    expect(result.processes.map(({ outcome }) => outcome)).not.toContain('survived')
    await until('all have ended', () => ![pid, ...children].some(isAlive))
  })

  test('without the tree, others are left', async () => {
    const { port, children } = await otherServer(['--children', '1'])
    // The child sees its channel closed and ends by itself; it is nothing to killPort.
    expect((await killPort(port, FAST)).processes).toHaveLength(1)
    expect(children).toHaveLength(1)
  })

  test('an abort ends the waiting, and forces nothing', async () => {
    const { pid, port } = await otherServer(['--deaf'])
    const controller = new AbortController()
    setTimeout(() => {
      controller.abort('enough')
    }, 200)
    await expect(killPort(port, { timeout: 300, signal: controller.signal })).rejects.toBe('enough')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(isAlive(pid)).toBe(true)
    await expect(killPort(port, { signal: AbortSignal.abort('early') })).rejects.toBe('early')
  })

  test.each([
    ['0', 0, 'ERR_OUT_OF_RANGE'],
    ['65536', 65_536, 'ERR_OUT_OF_RANGE'],
    ['NaN', Number.NaN, 'ERR_OUT_OF_RANGE'],
    ['80.5', 80.5, 'ERR_OUT_OF_RANGE'],
    ['"80abc"', '80abc', 'ERR_INVALID_ARG_TYPE'],
    ['"3000"', '3000', 'ERR_INVALID_ARG_TYPE'],
    ['undefined', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['an empty list', [], 'ERR_INVALID_ARG_VALUE'],
    ['a list with a wrong one', [3000, 0], 'ERR_OUT_OF_RANGE'],
  ])('refuses the port %s', async (_, port, code) => {
    await expect(killPort(port as number)).rejects.toMatchObject({ code })
  })

  test.each([
    [{ killSignal: 'SIGFOO' }, 'ERR_INVALID_ARG_VALUE'],
    [{ killSignal: 15 }, 'ERR_INVALID_ARG_TYPE'],
    [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ timeout: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ timeout: '5' }, 'ERR_INVALID_ARG_TYPE'],
    [{ allow: ['self'] }, 'ERR_INVALID_ARG_VALUE'],
    [{ allow: 'ancestors' }, 'ERR_INVALID_ARG_TYPE'],
    [{ protocol: 'sctp' }, 'ERR_INVALID_ARG_VALUE'],
    [{ dryrun: true }, 'ERR_INVALID_ARG_VALUE'],
    [{ dryRun: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
    [{ signal: 'SIGTERM' }, 'ERR_INVALID_ARG_TYPE'],
    [{ only: [{ pid: 0 }] }, 'ERR_OUT_OF_RANGE'],
  ])('refuses the options %j', async (options, code) => {
    await expect(killPort(3000, options as object)).rejects.toMatchObject({ code })
  })
})

describe('terminate', () => {
  test('a process that ended before is a success', async () => {
    const { pid, process } = await otherServer(['--idle'])
    process.kill('SIGKILL')
    await once(process, 'close')
    expect(await terminate(pid)).toMatchObject({
      ended: true,
      processes: [{ pid, outcome: 'already-gone' }],
    })
  })

  test('a process that was not reaped has ended too', async () => {
    const parent = start('python3', '-c', ZOMBIE)
    const pid = Number(await parent.line())
    expect(isAlive(pid)).toBe(true)
    expect(await terminate(pid)).toMatchObject({
      ended: true,
      processes: [{ pid, outcome: 'already-gone' }],
    })
    await parent.end()
  })

  test('by identity, only that one', async () => {
    const { pid } = await otherServer(['--idle'])
    expect(await terminate({ pid, startTime: '1' })).toMatchObject({
      ended: true,
      processes: [{ pid, outcome: 'already-gone' }],
    })
    expect(isAlive(pid)).toBe(true)
    const info = await processInfo(pid)
    expect(info?.startTime).toMatch(/^\d+$/)
    expect(await terminate(info as { pid: number; startTime: string })).toMatchObject({
      ended: true,
      processes: [{ pid, outcome: 'terminated' }],
    })
  })

  test('holds on to nothing afterwards', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length
    const { pid, port } = await otherServer(['--children', '2'])
    await killPort(port, { dryRun: true, tree: true })
    const before = descriptors()
    for (let i = 0; i < 20; i++) await killPort(port, { dryRun: true, tree: true })
    await terminate(pid, { dryRun: true })
    await expect(killPort(port, { signal: AbortSignal.abort() })).rejects.toThrow()
    expect(descriptors()).toBe(before)
  })

  test('never PID 1, an ancestor or itself', async () => {
    const reason = async (pid: number) => (await terminate(pid)).processes[0]?.reason
    expect(await reason(1)).toBe('system')
    expect(await reason(process.ppid)).toBe('ancestor')
    expect(await reason(process.pid)).toBe('self')
  })

  test.each([
    [0, 'ERR_OUT_OF_RANGE'],
    [-1, 'ERR_OUT_OF_RANGE'],
    ['12', 'ERR_INVALID_ARG_TYPE'],
    [{ pid: 5, startTime: 5 }, 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %j', async (name, code) => {
    await expect(terminate(name as number)).rejects.toMatchObject({ code })
  })

  /** Without pidfd_open; the last one without pidfd_send_signal as well. */
  const DENIALS = [
    ['pidfd_open', '1'],
    ['pidfd_open', '38'],
    ['pidfds', '1'],
    ['pidfds', '38'],
  ] as const

  test('the number of a thread is no process', async () => {
    const threads = start(compile('threads'), 'shared')
    const { pid } = await threads.json<{ pid: number }>()
    const thread = readdirSync(`/proc/${pid}/task`)
      .map(Number)
      .find((id) => id !== pid)
    expect(thread).toBeDefined()
    const gone = { processes: [{ outcome: 'already-gone' }] }
    expect(await terminate(thread as number)).toMatchObject(gone)
    const code = `return m.terminate(${thread})`
    expect(evaluate(code, [compile('deny'), 'pidfds', '38'])).toMatchObject(gone)
    expect(isAlive(pid)).toBe(true)
    expect(threads.process.exitCode ?? threads.process.signalCode).toBeNull()
    await threads.end()
  })

  test.each(DENIALS)('where %s is denied (%s), through its directory', async (call, errno) => {
    const { pid, process } = await otherServer(['--deaf', '--idle'])
    const code = `return m.terminate(${pid}, { timeout: 100 })`
    const prefix = [compile('deny'), call, errno]
    expect(evaluate<TerminateResult>(code, prefix)).toMatchObject({
      ended: true,
      processes: [{ pid, outcome: 'killed' }],
    })
    await until('it is seen to have ended', () => process.signalCode === 'SIGKILL')
    expect(evaluate<TerminateResult>(code, prefix)).toMatchObject({
      processes: [{ outcome: 'already-gone' }],
    })
  })

  test.each([[], ...DENIALS])(
    'a main thread that has ended is not the process: %s %s',
    async (...denied) => {
      const threads = start(compile('threads'), 'main-ended')
      const { pid, port } = await threads.json<{ pid: number; port: number }>()
      await until('its main thread has ended', () =>
        readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '),
      )
      const prefix = denied.length === 0 ? [] : [compile('deny'), ...denied]
      const code = `return m.killPort(${port}, { settle: 0 })`
      expect(evaluate<KillPortResult>(code, prefix)).toMatchObject({
        closed: true,
        processes: [{ pid, outcome: 'terminated' }],
      })
      await until('it is seen to have ended', () => threads.process.signalCode === 'SIGTERM')
    },
  )
})

describe.runIf(needs(canBecomeOthers, 'root, to become another user'))('without permission', () => {
  test('the answer says so, and nothing dies', async () => {
    const { pid, port } = await otherServer()
    expect(evaluate<TerminateResult>(`return m.terminate(${pid})`, AS_NOBODY)).toMatchObject({
      ended: false,
      processes: [{ pid, outcome: 'no-permission' }],
    })
    expect(evaluate<KillPortResult>(`return m.killPort(${port})`, AS_NOBODY)).toMatchObject({
      closed: false,
      ports: [{ outcome: 'still-held', unknown: [{ ownerUnknown: 'permission' }] }],
      processes: [],
    })
    expect(isAlive(pid)).toBe(true)
  })

  test("one's own processes do", async () => {
    const { pid, port } = await otherServer([], { prefix: AS_NOBODY })
    expect(evaluate<KillPortResult>(`return m.killPort(${port})`, AS_NOBODY)).toMatchObject({
      closed: true,
      processes: [{ pid, outcome: 'terminated' }],
    })
  })
})

const ENTRY = supportFile('../../dist/index.js')

const ZOMBIE = `
import os, sys
pid = os.fork()
if pid == 0: os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
sys.stdin.read()`
