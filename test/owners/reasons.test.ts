import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SocketRow, SocketTable } from '../../src/index.ts'
import { compile } from '../support/compiled.ts'
import { AS_NOBODY, type Thrown, evaluate } from '../support/evaluate.ts'
import { type Holder, holdByPython } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'

const server = createServer()
let port: number
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as { port: number }).port
})
afterAll(() => {
  server.close()
})

/** Words that run a program with another /proc. */
const withProc = (mount: string): string[] => [
  'unshare',
  '-m',
  'sh',
  '-c',
  `${mount} && exec "$@"`,
  'sh',
]

describe.runIf(needs(canBecomeOthers, 'root, to become another user'))('permission', () => {
  const openOwn = `
    const own = require('net').createServer()
    await new Promise((resolve) => own.listen(0, '127.0.0.1', resolve))
    const table = await m.listSockets({ listening: true, include: 'details' })
    const row = table.rows.find((row) => row.localPort === own.address().port)
    const other = table.rows.find((row) => row.localPort === PORT)
    own.close()
    return { table, row, other, pid: process.pid }`

  function look(prefix: readonly string[]) {
    const code = openOwn.replace('PORT', String(port))
    return evaluate<{ table: SocketTable; row: SocketRow; other: SocketRow; pid: number }>(
      code,
      prefix,
    )
  }

  test.each([
    ['another user', AS_NOBODY],
    // The same where /proc does not even show others' processes.
    ['another user, hidepid', [...withProc('mount -t proc -o hidepid=2 proc /proc'), ...AS_NOBODY]],
  ])('%s sees all sockets, and the owners of its own', (_, prefix) => {
    const { table, row, other, pid } = look(prefix)
    expect(row).toMatchObject({ pid, ownerUnknown: null, uid: 65534 })
    expect(other).toMatchObject({ pid: null, pids: [], ownerUnknown: 'permission', uid: 0 })
    expect(table).toMatchObject({ complete: false, missing: ['owners'] })
    const hidden = table.rows.filter(({ ownerUnknown }) => ownerUnknown === 'permission')
    expect(table.hidden.sockets).toBe(hidden.length)
    if (!prefix.includes('unshare')) expect(table.hidden.processes).toBeGreaterThan(0)
  })

  test('a process that may not be read is an error when it is asked for by PID', () => {
    const { thrown } = evaluate<Thrown>(`return m.listSockets({ pid: ${process.pid} })`, AS_NOBODY)
    expect(thrown).toMatchObject({ code: 'EACCES', syscall: 'openat' })
    expect(thrown.message).toContain('root')
  })

  test('a socket that no process of another PID namespace holds has no owner there', () => {
    const prefix = ['unshare', '--fork', '--pid', '--mount-proc']
    const row = evaluate<SocketRow>(
      `return m.listSocketsSync({ localPort: ${port} }).rows[0]`,
      prefix,
    )
    expect(row).toMatchObject({ pid: null, ownerUnknown: 'not-found' })
  })

  test('no /proc: an error that says so, and rows when owners are not asked for', () => {
    const prefix = withProc('mount -t tmpfs none /proc')
    const { thrown } = evaluate<Thrown>('return m.listSockets()', prefix)
    expect(thrown).toMatchObject({ code: 'ENODEV', path: '/proc' })
    expect(thrown.message).toContain('mount -t proc')
    const count = evaluate<number>(
      `return m.listSocketsSync({ owners: 'none', localPort: ${port} }).rows.length`,
      prefix,
    )
    expect(count).toBe(1)
  })

  test('a kernel without sock_diag and without /proc/net: an error, never an empty table', () => {
    const prefix = [
      ...withProc('mount -t tmpfs none /proc'),
      compile('deny'),
      'sock_diag',
      '93', // EPROTONOSUPPORT
    ]
    const { thrown } = evaluate<Thrown>(`return m.listSockets({ owners: 'none' })`, prefix)
    expect(thrown).toMatchObject({ code: 'ENOENT', syscall: 'open' })
    expect(thrown.path).toContain('/proc')
    expect(thrown.cause).toMatchObject({ code: 'EPROTONOSUPPORT' })
  })
})

test.each([
  ['EPROTONOSUPPORT', '93'],
  ['EPERM', '1'],
])('sock_diag refused by %s: /proc/net instead, and the table says so', (code, number) => {
  const prefix = [compile('deny'), 'sock_diag', number]
  const table = evaluate<SocketTable>(`return m.listSockets({ localPort: ${port} })`, prefix)
  expect(table).toMatchObject({ source: 'procfs', fallback: { code }, complete: true })
  expect(table.rows).toMatchObject([{ localPort: port, pid: process.pid, state: 'LISTEN' }])
  const { thrown } = evaluate<Thrown>(`return m.listSockets({ source: 'sock_diag' })`, prefix)
  expect(thrown.code).toBe(code)
  expect(thrown.message).toContain("'procfs'")
})

test('the limit on open files is an error, not a table without owners', () => {
  const code = `
    const { openSync, closeSync } = require('fs')
    m.listSocketsSync({ owners: 'none' })
    const open = []
    try { for (;;) open.push(openSync('/dev/null')) } catch {}
    closeSync(open.pop()); closeSync(open.pop())
    try { m.listSocketsSync() } finally { open.forEach((fd) => closeSync(fd)) }`
  const { thrown } = evaluate<Thrown>(code, ['prlimit', '--nofile=64'])
  expect(thrown.code).toBe('EMFILE')
  expect(thrown.message).toContain('ulimit')
})

describe('by PID', () => {
  let held: Holder
  beforeAll(async () => {
    held = await holdByPython('shared_by_forks(2)', { lasting: true })
  })

  const ask = (pid: string) =>
    evaluate<SocketTable & Thrown>(`return m.listSocketsSync({ pid: ${pid}, listening: true })`)

  test('only sockets of that process, and only it as their owner', () => {
    const [child = 0] = held.children
    expect(ask(String(child)).rows).toMatchObject([{ localPort: held.port, pids: [child] }])
    const both = ask(`[${child}, ${process.pid}, ${child}]`).rows
    expect(both.map((row) => row.localPort).sort()).toEqual([held.port, port].sort())
  })

  test('a process without sockets has an empty table', () => {
    const table = ask('process.pid')
    expect(table).toMatchObject({ rows: [], complete: true })
  })

  test('no such process is an error; one of several is not', () => {
    expect(ask('2147483647').thrown).toMatchObject({ code: 'ESRCH' })
    expect(ask(`[2147483647, ${held.pid}]`).rows).toHaveLength(1)
  })
})
