import { afterEach, expect, test } from 'vitest'
import type { SocketCounts, SocketRow } from '../../src/index.ts'
import { countSockets, countSocketsSync, listSocketsSync } from '../../src/index.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { listener } from '../support/holders.ts'
import { undisturbed } from '../support/undisturbed.ts'
import { startWatch, take, watch } from '../support/watching.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()))
})

async function lab(): Promise<Lab> {
  const started = await startLab()
  ends.push(() => started.end())
  return started
}

/** A process with a listener, and five connections to it, both ends its own. */
async function server(): Promise<{ pid: number; port: number }> {
  const { pid, port, ask } = await listener()
  await ask('clients = [socket.create_connection(server.getsockname()) for _ in range(5)]')
  await ask('accepted = [server.accept()[0] for _ in clients]')
  return { pid, port }
}

/** Leaves out what other tests left behind. */
const OPEN = { state: ['LISTEN', 'ESTABLISHED'] } as const

/** The same counted from rows, as text that sorts. */
function counted(rows: readonly SocketRow[], keys: (row: SocketRow) => object): string[] {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const key = JSON.stringify(keys(row))
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort()
}

const texts = ({ counts }: SocketCounts<never>): string[] =>
  counts.map(({ count, ...keys }) => `${JSON.stringify(keys)} ${count}`).sort()

test('every state of the lab, by all keys of its rows', async () => {
  await lab()
  const by = ['protocol', 'family', 'state', 'pid', 'remoteAddress'] as const
  const { table, result } = await undisturbed(() => ({
    table: listSocketsSync({ bound: true }),
    result: countSocketsSync(by, { bound: true }),
  }))
  const { rows, ...report } = table
  // A link-local address comes without its interface; the lab has none as a peer.
  expect(texts(result)).toEqual(
    counted(rows, ({ protocol, family, state, pid, remoteAddress }) => {
      return { protocol, family, state, pid, remoteAddress }
    }),
  )
  const { counts, sockets, ...rest } = result
  expect(sockets).toBe(rows.length)
  expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length)
  expect({ ...rest, processes: new Set(rest.processes.map(({ pid }) => pid)) }).toEqual({
    ...report,
    processes: new Set(rows.flatMap(({ pid }) => pid ?? [])),
  })
})

test.each(['protocol', 'family', 'state'] as const)('by %s alone', async (by) => {
  await lab()
  const { rows, result } = await undisturbed(async () => ({
    rows: listSocketsSync().rows,
    result: await countSockets(by),
  }))
  expect(texts(result)).toEqual(counted(rows, (row) => ({ [by]: row[by] })))
})

test('connections count to the port that their server listens on', async () => {
  const servers = [await server(), await server()]
  const { counts } = await countSockets('listeningPort', OPEN)
  // The ten clients listen nowhere.
  expect(new Map(counts.map(({ listeningPort, count }) => [listeningPort, count]))).toEqual(
    new Map([...servers.map(({ port }) => [port, 6] as const), [null, 10]]),
  )
})

test('owners are looked for only where they are counted', async () => {
  const pids = [(await server()).pid, (await server()).pid]
  const { counts, processes } = await countSockets(['pid'], { ...OPEN, include: ['names'] })
  expect(counts).toHaveLength(2)
  expect(counts).toEqual(expect.arrayContaining(pids.map((pid) => ({ pid, count: 11 }))))
  for (const { name } of processes) expect(name).toMatch(/^python3/)
  expect(processes).toHaveLength(2)
  expect(await countSockets('protocol', OPEN)).toMatchObject({
    counts: [{ protocol: 'tcp', count: 22 }],
    processes: [],
    hidden: { processes: 0 },
  })
  const own = await countSockets('state', { pid: pids[0] as number, state: 'ESTABLISHED' })
  expect(own.counts).toEqual([{ state: 'ESTABLISHED', count: 10 }])
})

test('a query that matches no socket has no counts and is complete', async () => {
  const { counts, sockets, complete } = await countSockets('state', { localPort: 1 })
  expect({ counts, sockets, complete }).toEqual({ counts: [], sockets: 0, complete: true })
})

test('what can’t be counted is refused before anything is read', async () => {
  const wrong: [by: unknown, options: object, code: string][] = [
    [[], {}, 'ERR_INVALID_ARG_VALUE'],
    ['port', {}, 'ERR_INVALID_ARG_VALUE'],
    [1, {}, 'ERR_INVALID_ARG_TYPE'],
    ['state', { owners: 'all' }, 'ERR_INVALID_ARG_VALUE'],
    ['state', { signal: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ]
  for (const [by, options, code] of wrong) {
    await expect(countSockets(by as 'state', options)).rejects.toMatchObject({ code })
  }
  expect(() => countSocketsSync('port' as 'state')).toThrow(/one of protocol/)
})

test('a watcher counts the table of the last set', async () => {
  const watcher = watch(OPEN)
  expect((await watcher.count('state')).counts).toEqual([])
  await take(watcher)
  const { pid } = await server()
  expect((await watcher.count('state')).counts).toEqual([])
  await take(watcher)
  const { counts } = await watcher.count(['state', 'pid'])
  expect(counts).toHaveLength(2)
  expect(counts).toContainEqual({ state: 'ESTABLISHED', pid, count: 10 })
  expect(counts).toContainEqual({ state: 'LISTEN', pid, count: 1 })
})

test('a watcher that has ended counts nothing', async () => {
  const watcher = await startWatch(OPEN)
  const counting = watcher.count('state')
  watcher.close()
  expect((await counting).counts).toEqual([])
  await expect(watcher.count('state')).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' })
  await expect(watcher.count([])).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
})

test('those without a peer are one group, whatever their family', async () => {
  await lab()
  const { rows, result } = await undisturbed(() => ({
    rows: listSocketsSync().rows,
    result: countSocketsSync('remoteAddress'),
  }))
  expect(texts(result)).toEqual(counted(rows, ({ remoteAddress }) => ({ remoteAddress })))
})
