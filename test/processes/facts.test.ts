import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { type ProcessInfo, processInfo, processInfoSync } from '../../src/index.ts'
import { cgroupOf, unitOf } from '../../src/processes/cgroup.ts'
import { start } from '../support/children.ts'
import { AS_NOBODY, evaluate } from '../support/evaluate.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'
import { otherServer } from '../support/holders.ts'

describe('processInfo', () => {
  test('of this process', async () => {
    const began = Date.now() - performance.now()
    const info = await processInfo(process.pid)
    expect(info).toMatchObject({
      pid: process.pid,
      parentPid: process.ppid,
      startTime: readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[19],
      executable: readlinkSync('/proc/self/exe'),
      arguments: readFileSync('/proc/self/cmdline', 'utf8').split('\0').slice(0, -1),
      uid: process.getuid?.(),
      user: userInfo().username,
      container: null,
    })
    // By other clocks than ours, and Node itself starts a little later.
    expect(Math.abs((info?.startedAt ?? 0) - began)).toBeLessThan(2000)
    expect(processInfoSync(process.pid)).toEqual(info)
  })

  test('every argument is whole, also an empty one and one with a newline', async () => {
    const long = 'x'.repeat(100_000)
    const child = start('python3', '-c', 'print(1, flush=True); input()', '', 'a b\nc', 'ü', long)
    await child.line()
    const info = await processInfo(child.process.pid as number)
    expect(info?.arguments?.slice(3)).toEqual(['', 'a b\nc', 'ü', long])
    expect(info?.commandLine).toBe(info?.arguments?.join(' '))
    child.tell('')
    await child.end()
  })

  test('a title that a process wrote over its arguments is one argument', async () => {
    const { pid } = await otherServer(['--idle', '--title', 'web: worker'])
    const info = await processInfo(pid)
    expect(info?.arguments).toEqual(['web: worker'])
    expect(info?.commandLine).toBe('web: worker')
  })

  test('an empty last argument is there, and no blank at the end of the command line', async () => {
    const child = start('python3', '-c', 'print(1, flush=True); input()', '')
    await child.line()
    const info = await processInfo(child.process.pid as number)
    expect(info?.arguments).toHaveLength(4)
    expect(info?.arguments?.at(-1)).toBe('')
    expect(info?.commandLine).toMatch(/input\(\)$/)
    child.tell('')
    await child.end()
  })

  test('a name with parentheses and blanks is no other fields', async () => {
    const { pid } = await otherServer(['--idle', '--title', ') S 1 (x'])
    expect(await processInfo(pid)).toMatchObject({ name: ') S 1 (x', parentPid: process.pid })
  })

  test('null where there is no such process', async () => {
    const { pid, process: child } = await otherServer(['--idle'])
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
    expect(await processInfo(pid)).toBeNull()
    expect(processInfoSync(pid)).toBeNull()
  })

  test('a zombie is there, and has little left', async () => {
    const parent = start(
      'python3',
      '-c',
      `import os, sys
pid = os.fork()
if pid == 0: os._exit(0)
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
print(pid, flush=True)
sys.stdin.read()`,
    )
    const pid = Number(await parent.line())
    expect(await processInfo(pid)).toMatchObject({
      pid,
      parentPid: parent.process.pid,
      arguments: null,
      commandLine: null,
      executable: null,
    })
    await parent.end()
  })

  test('a thread is no process', async () => {
    const { pid } = process
    const thread = readdirSync('/proc/self/task')
      .map(Number)
      .find((id) => id !== pid) as number
    expect(await processInfo(thread)).toBeNull()
  })

  test.runIf(needs(canBecomeOthers, 'root, to become another user'))(
    "of another user's process, what anybody may read",
    () => {
      const code = `return m.processInfo(${process.pid})`
      const info = evaluate<ProcessInfo>(code, AS_NOBODY)
      const { startedAt } = info
      expect(info).toEqual({ ...processInfoSync(process.pid), executable: null, startedAt })
    },
  )

  test.runIf(needs(canBecomeOthers, 'root, to become another user'))(
    'one that /proc hides is there, and unknown',
    () => {
      const hidden = [
        ...['unshare', '--mount', 'sh', '-c'],
        'mount -t proc -o hidepid=2 proc /proc && exec "$@"',
        'sh',
        ...AS_NOBODY,
      ]
      const code = `return [m.processInfoSync(${process.pid}), m.processInfoSync(2 ** 31 - 1)]`
      expect(evaluate(code, hidden)).toEqual([
        {
          ...{ pid: process.pid, parentPid: null, startTime: null, startedAt: null, name: null },
          ...{ executable: null, arguments: null, commandLine: null, uid: null, user: null },
          ...{ cgroup: null, container: null, unit: null },
        },
        null,
      ])
    },
  )

  test.each([
    [0, 'ERR_OUT_OF_RANGE'],
    [-5, 'ERR_OUT_OF_RANGE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %j', async (pid, code) => {
    await expect(processInfo(pid as number)).rejects.toMatchObject({ code })
    expect(() => processInfoSync(pid as number)).toThrow(expect.objectContaining({ code }))
  })
})

describe('cgroups', () => {
  test.each([
    ['0::/system.slice/nginx.service', 'nginx.service'],
    ['0::/system.slice/system-getty.slice/getty@tty1.service', 'getty@tty1.service'],
    ['0::/user.slice/user-0.slice/session-3.scope', 'session-3.scope'],
    ['0::/user.slice/user-1.slice/user@1.service/app.slice/web.service', 'web.service'],
    ['0::/system.slice/web.service/worker', 'web.service'],
    ['9:name=systemd:/system.slice/cron.service\n4:memory:/x.service\n0::/', 'cron.service'],
    ['0::/init.scope', 'init.scope'],
    ['0::/', null],
    ['0::/user.slice', null],
    ['', null],
  ])('the unit in %j', (text, unit) => {
    expect(unitOf(text)).toBe(unit)
  })

  test('the path is the one that is in use', () => {
    expect(cgroupOf('1:name=systemd:/a\n0::/\n')).toBe('/a')
    expect(cgroupOf('1:name=systemd:/a\n0::/b\n')).toBe('/b')
    expect(cgroupOf('4:memory:/x\n')).toBeNull()
    expect(cgroupOf('0::/with:colon\n')).toBe('/with:colon')
  })
})
