import { isIP } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { SocketRow, SocketTable } from '../../src/index.ts'
import { TCP_STATES, listSockets, listSocketsSync } from '../../src/index.ts'
import { type Child, startPython } from '../support/children.ts'
import { evaluate } from '../support/evaluate.ts'

const children: Child[] = []
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.end()))
})

function run(...args: string[]): Child {
  const child = startPython('load.py', ...args)
  children.push(child)
  return child
}

function checkRow(row: SocketRow): void {
  expect(isIP(row.localAddress), row.localAddress).toBeGreaterThan(0)
  if (row.remoteAddress !== null) expect(isIP(row.remoteAddress)).toBeGreaterThan(0)
  if (row.protocol === 'tcp') expect(TCP_STATES).toContain(row.state)
  expect(row.pids.includes(row.pid ?? -1)).toBe(row.pid !== null)
  expect(row.ownerUnknown === null).toBe(row.pid !== null)
  expect(row.pids).toHaveLength(row.fds.length)
}

test('connections that come and go as fast as they can disturb no row', async () => {
  const steady = await run('pairs', '50', '2').json<{ pids: number[]; clients: string[] }>()
  const churn = await run('churn').json<{ pid: number; port: number }>()
  const owner = new Map(steady.clients.map((client, index) => [client, steady.pids[index % 2]]))

  const check = (table: SocketTable<'details'>): number => {
    const known: readonly string[] = ['owners'] // of processes that even root can't read here
    expect(table.missing.filter((missing) => !known.includes(missing))).toEqual([])
    const seen = new Map<string, number>()
    for (const row of table.rows) {
      checkRow(row)
      const client = `${row.localAddress}:${row.localPort}`
      const pid = owner.get(client)
      if (pid !== undefined) {
        expect(row.state).toBe('ESTABLISHED')
        seen.set(client, (seen.get(client) ?? 0) + 1)
        expect(row.pid).toBe(pid)
      }
      // A connection of the churning process is its own or has no owner, never another's.
      if (row.localPort === churn.port || row.remotePort === churn.port) {
        expect([churn.pid, null]).toContain(row.pid)
        if (row.pid === null) expect(row.ownerUnknown).not.toBe('not-asked')
      }
    }
    expect([...seen.values()].every((count) => count === 1)).toBe(true)
    expect(seen.size).toBe(owner.size)
    const inodes = table.rows.flatMap(({ inode }) => inode ?? [])
    expect(new Set(inodes).size).toBe(inodes.length)
    return table.rows.length
  }

  for (let round = 0; round < 50; round++) {
    check(listSocketsSync({ include: 'details' }))
    check(await listSockets({ include: 'details' }))
    check(listSocketsSync({ source: 'procfs', include: 'details' }))
    check(await listSockets({ source: 'procfs', include: ['names', 'details'] }))
  }
  children[1]?.tell('count')
  const { connections } = await (children[1] as Child).json<{ connections: number }>()
  expect(connections).toBeGreaterThan(1000)
})

test('20,000 sockets, read under a small limit on open files', async () => {
  const load = await run('pairs', '10000', '4').json<{ pids: number[] }>()
  const code = `
    const { rows } = m.listSocketsSync({ state: 'ESTABLISHED', include: 'details' })
    const counts = {}
    for (const { pid } of rows) counts[pid] = (counts[pid] ?? 0) + 1
    const inodes = new Set(rows.map(({ inode }) => inode))
    return { rows: rows.length, inodes: inodes.size, counts }`
  const { rows, inodes, counts } = evaluate<{
    rows: number
    inodes: number
    counts: Record<string, number>
  }>(code, ['prlimit', '--nofile=32'])
  expect(rows).toBe(20_000)
  expect(inodes).toBe(20_000)
  expect(counts).toEqual(Object.fromEntries(load.pids.map((pid) => [pid, 5000])))
})
