import { copyFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type SocketRow, inspectPortSync, listSocketsSync } from '../../src/index.ts'
import { compile } from '../support/compiled.ts'
import { evaluate } from '../support/evaluate.ts'
import { hold, holdByPython } from '../support/holders.ts'

function listener(port: number, owners: 'first' | 'all'): SocketRow {
  const { rows } = listSocketsSync({ localPort: port, listening: true, owners, include: ['names'] })
  expect(rows).toHaveLength(1)
  return rows[0] as SocketRow
}

describe.each(['first', 'all'] as const)('owners: %s', (owners) => {
  test('a server of this process', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, resolve))
    const { port } = server.address() as { port: number }
    const row = listener(port, owners)
    const handle = (server as unknown as { _handle: { fd: number } })._handle
    expect(row).toMatchObject({ pid: process.pid, pids: [process.pid], ownerUnknown: null })
    expect(row).toMatchObject({ fd: handle.fd, fds: [handle.fd] })
    server.close()
  })

  test('all that forked processes share, oldest first', async () => {
    const held = await holdByPython('shared_by_forks(5)')
    const row = listener(held.port, owners)
    expect(row.pids).toEqual([held.pid, ...held.children])
    expect(row.pid).toBe(held.pid)
    expect(row.fds).toEqual(row.pids.map(() => held.fd))
  })

  test('sharers that hold it under a high number', async () => {
    const held = await holdByPython('shared_by_forks(3, 5000)')
    expect(held.fd).toBe(5000)
    const row = listener(held.port, owners)
    expect(row.pids).toEqual([held.pid, ...held.children])
    expect(row.fds).toEqual([5000, 5000, 5000, 5000])
  })

  test('one that was passed to an older process', async () => {
    const held = await holdByPython<{ younger: { pid: number; fd: number } }>(
      'passed_to_an_older_process()',
    )
    const row = listener(held.port, owners)
    expect(row.pids).toEqual([held.pid, held.younger.pid])
    expect(row.fds).toEqual([held.fd, held.younger.fd])
    expect(held.fd).not.toBe(held.younger.fd)
  })

  test('a process counts once, by its lowest descriptor', async () => {
    const held = await holdByPython('under_three_numbers()')
    expect(listener(held.port, owners)).toMatchObject({ pids: [held.pid], fds: [held.fd] })
  })

  test('the last of 10,000 descriptors', async () => {
    const held = await holdByPython('behind_other_descriptors(10_000)')
    expect(held.fd).toBeGreaterThanOrEqual(10_000)
    expect(listener(held.port, owners)).toMatchObject({ pids: [held.pid], fds: [held.fd] })
  })

  test.each(['own-table', 'main-ended'])('a thread alone: %s', async (way) => {
    const held = await hold([compile('threads'), way])
    expect(listener(held.port, owners).pids).toEqual([held.pid])
    // Where a container's rules forbid kcmp(2), the same is found by counting descriptors.
    const code = `return m.listSocketsSync({ localPort: ${held.port}, owners: '${owners}' }).rows[0].pids`
    expect(evaluate(code, [compile('deny'), 'kcmp', '1'])).toEqual([held.pid])
  })

  test('no holder while a socket is in flight between processes', async () => {
    const held = await holdByPython('in_flight()')
    const row = listener(held.port, owners)
    expect(row).toMatchObject({ pid: null, pids: [], fds: [] })
    // This machine may have processes that even root can't read: then it could be theirs.
    const { hidden } = listSocketsSync({ localPort: held.port, owners: 'all' })
    expect(row.ownerUnknown).toBe(hidden.processes > 0 ? 'permission' : 'not-found')
  })
})

test.each(['short', 'a) (b', 'two\nlines'])('the name %j', async (name) => {
  const held = await holdByPython(`named(${JSON.stringify(name)})`)
  expect(listener(held.port, 'all').processName).toBe(name)
  expect(inspectPortSync(held.port, { include: ['names'] }).owners).toMatchObject([
    { pid: held.pid, name },
  ])
})

test('a name that the kernel cut is completed from the command line', async () => {
  const program = join(dirname(compile('threads')), 'a-name-of-more-than-15-letters')
  copyFileSync(compile('threads'), program)
  const held = await hold([program, 'shared'])
  expect(listener(held.port, 'all').processName).toBe('a-name-of-more-than-15-letters')
})

test('names are read only when asked for', async () => {
  const held = await holdByPython('under_three_numbers()')
  const table = listSocketsSync({ localPort: held.port })
  expect(table.rows[0]?.processName).toBeNull()
  expect(table.processes).toEqual([{ pid: held.pid, name: null }])
})
