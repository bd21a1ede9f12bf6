import { describe, expect, test } from 'vitest'
import type { SocketTable } from '../../src/index.ts'
import { run } from '../cli/run.ts'
import { compile } from '../support/compiled.ts'
import { AS_NOBODY, type Thrown, evaluate } from '../support/evaluate.ts'
import { hold, publicProgram } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'

const NOT_HERE = 2 ** 31 - 1

/** Words that run a program where /proc hides what it may not look into. */
const hiding = (level: number, flags: readonly string[] = ['--mount']): string[] => [
  ...['unshare', ...flags, 'sh', '-c'],
  `mount -t proc -o hidepid=${level} proc /proc && exec "$@"`,
  'sh',
]

describe.runIf(needs(canBecomeOthers, 'root, to become another user'))('with hidepid', () => {
  test.each([1, 2, 4])('=%i, a process that exists is denied, not absent', async (level) => {
    const { pid } = await hold([publicProgram('threads'), 'shared'])
    const code = `
      const asked = [m.listSockets({ pid: ${pid} }), m.processTree(${pid}), m.listSockets({ pid: ${NOT_HERE} })]
      const settled = await Promise.allSettled(asked)
      let blocking
      try { m.processTreeSync(${pid}) } catch ({ code }) { blocking = code }
      const thrown = settled.map(({ reason }) => ({ code: reason.code, message: reason.message }))
      return { thrown, blocking, none: await m.processTree(${NOT_HERE}) }`
    const seen = evaluate<{ thrown: Thrown['thrown'][] }>(code, [...hiding(level), ...AS_NOBODY])
    expect(seen).toMatchObject({ blocking: 'EACCES', none: null })
    const codes = seen.thrown.map((thrown) => thrown.code)
    expect(codes).toEqual(['EACCES', 'EACCES', 'ESRCH'])
    expect(seen.thrown[0]?.message).toContain(`'/proc/${pid}/fd'; this user may not see`)
    expect(seen.thrown[1]?.message).toContain(
      `process ${pid} exists, but this user may not see it: run as its user or as root`,
    )
    expect(seen.thrown[2]?.message).toContain(`no process has the PID ${NOT_HERE}`)
  })

  test('the command says the same', async () => {
    const { pid } = await hold([publicProgram('threads'), 'shared'])
    const prefix = [...hiding(2), ...AS_NOBODY]
    const tree = run(['tree', '--pid', String(pid)], { prefix })
    expect(tree).toMatchObject({ code: 3, stdout: '' })
    expect(tree.stderr).toContain(`process ${pid} exists, but this user may not see it`)
    const list = run(['list', '--pid', String(pid)], { prefix })
    expect(list).toMatchObject({ code: 3, stdout: '' })
    expect(list.stderr).toContain('EACCES')
  })

  test('the command does not count what it does not see', async () => {
    const { port } = await hold([publicProgram('threads'), 'shared'])
    const prefix = [...hiding(2), ...AS_NOBODY]
    expect(run(['list', '--port', String(port)], { prefix }).stderr).toBe(
      'socktable: permission hides the owner of 1 socket (/proc does not show all processes): ' +
        'try with sudo\n',
    )
  })

  test("a user's own process that is closed to it exists too", async () => {
    const { pid } = await hold([...AS_NOBODY, publicProgram('owners-special'), 'undumpable'])
    const code = `
      const thrown = async (promise) => (await promise.catch(({ code }) => code))
      return [m.processInfoSync(${pid})?.pid, await thrown(m.listSockets({ pid: ${pid} })),
        await thrown(m.processTree(${pid}))]`
    expect(evaluate(code, [...hiding(2), ...AS_NOBODY])).toEqual([pid, 'EACCES', 'EACCES'])
  })

  test('one hidden process of several makes the table incomplete', async () => {
    const { pid } = await hold([publicProgram('threads'), 'shared'])
    const code = `return m.listSocketsSync({ pid: [${pid}, process.pid] })`
    expect(evaluate<SocketTable>(code, [...hiding(2), ...AS_NOBODY])).toMatchObject({
      ...{ complete: false, missing: ['owners'], hidden: { processes: 1 } },
    })
  })

  // Process 1 is the program itself there, and shown to it; with hidepid=2 root's group is shown all.
  test('root without CAP_SYS_PTRACE knows that owners are hidden from it', () => {
    const code = `
      const words = [...${JSON.stringify(AS_NOBODY)}, '${publicProgram('threads')}', 'shared']
      const child = require('child_process').spawn('env', words, { stdio: ['pipe', 'pipe', 'inherit'] })
      const lines = require('readline').createInterface(child.stdout)
      const { port } = JSON.parse((await require('events').once(lines, 'line'))[0])
      const table = m.listSocketsSync({ localPort: port, include: 'details' })
      child.stdin.end()
      return { table, self: process.pid }`
    const { table, self } = evaluate<{ table: SocketTable; self: number }>(code, [
      ...hiding(4, ['--fork', '--pid', '--kill-child', '--mount']),
      ...['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace'],
    ])
    expect(self).toBe(1)
    expect(table.rows).toMatchObject([{ pid: null, uid: 65534, ownerUnknown: 'permission' }])
    expect(table).toMatchObject({ complete: false, missing: ['owners'] })
  })
})

test('where a sandbox forbids kill(2), nothing exists for that', () => {
  const code = `
    const { code } = await m.listSockets({ pid: ${NOT_HERE} }).catch((error) => error)
    return [code, m.processInfoSync(${NOT_HERE}), m.processTreeSync(${NOT_HERE})]`
  expect(evaluate(code, [compile('deny'), 'kill', '1'])).toEqual(['ESRCH', null, null])
})
