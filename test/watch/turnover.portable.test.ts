import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import type { SocketChanges, SocketRow } from '../../src/index.ts'
import { take, watch } from '../support/watching.ts'
import { openHandles } from '../support/open-handles.ts'

const PROCESSES = 4
const STEADY_PAIRS = 40
const PAIRS_PER_SECOND = 15
const SECONDS = 8
const INTERVAL = 150

type Ports = readonly [client: number, server: number]
interface Lived {
  readonly ports: Ports
  readonly from: number
  readonly to: number
}

interface Worker {
  readonly pid: number
  readonly steady: readonly Ports[]
  /** Tells the process to begin, and gives its log once it is done. */
  turnOver(): Promise<readonly Lived[]>
}

const ends: (() => void)[] = []
afterAll(() => {
  for (const end of ends) end()
})

/** Each worker's clients have a range of their own, larger than what it opens; test files name no others. */
const FIRST_PORT = 2500
const PORTS_EACH = 500

async function startWorker(index: number): Promise<Worker> {
  const program = fileURLToPath(new URL('turnover.mjs', import.meta.url))
  const first = FIRST_PORT + index * PORTS_EACH
  const options = [STEADY_PAIRS, PAIRS_PER_SECOND, SECONDS, first]
  const child = fork(program, options.map(String))
  ends.push(() => {
    if (child.connected) child.disconnect()
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error('a process that opens and closes sockets has ended early')
  })
  ended.catch(() => undefined) // of the end that is asked for
  const message = async (): Promise<unknown> => {
    const [value] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
    return value
  }
  const steady = (await message()) as Ports[]
  const turnOver = async () => {
    child.send('begin')
    return (await message()) as Lived[]
  }
  return { pid: child.pid as number, steady, turnOver }
}

/** Both ends of a connection, as rows name them. */
const endsOf = ([client, server]: Ports): string[] => [`${client} ${server}`, `${server} ${client}`]

interface Reported {
  readonly opened: number
  readonly closed: number
  readonly pids: readonly number[]
}
const NOTHING: Reported = { opened: 0, closed: 0, pids: [] }

// The full size is that of test/bench/soak.mjs, on Linux.
test('320 steady sockets, while 120 others open and close per second', async () => {
  const workers = await Promise.all(
    Array.from({ length: PROCESSES }, (_, index) => startWorker(index)),
  )
  const watcher = watch({ interval: INTERVAL, protocol: 'tcp', family: 'IPv4' })
  const reported = new Map<string, Reported>()
  const note = (row: SocketRow, opened: number, closed: number) => {
    const ports = `${row.localPort} ${row.remotePort}`
    const known = reported.get(ports) ?? NOTHING
    reported.set(ports, {
      opened: known.opened + opened,
      closed: known.closed + closed,
      // One that closed while it was read may have been reported without its owner.
      pids: row.pids.length > 0 ? row.pids : known.pids,
    })
  }

  const noteAll = ({ opened, closed, changed }: SocketChanges) => {
    for (const row of opened) note(row, 1, 0)
    for (const { after } of changed) note(after, 0, 0)
    for (const row of closed) note(row, 0, 1)
  }

  noteAll(await take(watcher))
  const handles = openHandles()
  const turnover = Promise.all(workers.map((worker) => worker.turnOver()))
  const watched = turnover.then(async (logs) => {
    await pause(2000)
    watcher.close()
    return logs
  })
  const begin = performance.now()
  const taken: number[] = [] // when each set was
  let memory: number | undefined
  for await (const changes of watcher) {
    noteAll(changes)
    taken.push(Date.now())
    // The first third warms up.
    if (performance.now() - begin > SECONDS * 333) memory ??= process.memoryUsage.rss()
  }
  const growth = process.memoryUsage.rss() - (memory ?? 0)
  const logs = await watched
  // A set is read after the one before was taken: what was open all that time has to be in it.
  const isLong = ({ from, to }: Lived) => {
    const first = taken.findIndex((time) => time > from)
    return first >= 0 && (taken[first + 1] ?? Infinity) < to
  }

  const faults = workers.flatMap(({ pid, steady }, index) => {
    const expected = new Map<string, { most: number; least: number }>()
    for (const lived of logs[index] ?? []) {
      for (const end of endsOf(lived.ports)) {
        const { most = 0, least = 0 } = expected.get(end) ?? {}
        // What lived for less may be missed.
        expected.set(end, { most: most + 1, least: least + (isLong(lived) ? 1 : 0) })
      }
    }
    const ofTurnover = [...expected].map(([end, { most, least }]) => {
      const { opened, closed, pids } = reported.get(end) ?? NOTHING
      const counted = opened === closed && opened >= least && opened <= most
      const owned =
        least > 0 ? pids.length === 1 && pids[0] === pid : pids.every((one) => one === pid)
      return counted && owned ? null : { end, most, least, opened, closed, pids }
    })
    const ofSteady = steady.flatMap(endsOf).map((end) => {
      const { opened, closed, pids } = reported.get(end) ?? NOTHING
      return opened === 1 && closed === 0 && pids[0] === pid ? null : { end, opened, closed, pids }
    })
    return [...ofTurnover, ...ofSteady].filter((fault) => fault !== null)
  })
  expect(faults).toEqual([])
  const lived = logs.flat()
  expect(lived).toHaveLength(PROCESSES * PAIRS_PER_SECOND * SECONDS)
  expect(lived.filter(isLong).length).toBeGreaterThan(lived.length / 2)
  expect(openHandles() - handles).toBeLessThan(20)
  expect(growth).toBeLessThan(64 * 2 ** 20)
})
