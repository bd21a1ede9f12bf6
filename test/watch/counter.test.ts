import { afterEach, expect, test } from 'vitest'
import type { CountBy, CountOptions, SocketCounter } from '../../src/index.ts'
import { countSocketsSync, listSocketsSync, socketCounter } from '../../src/index.ts'
import { until } from '../support/children.ts'
import { listener } from '../support/holders.ts'

const counters: { close(): void }[] = []
afterEach(() => {
  for (const counter of counters.splice(0)) counter.close()
})

function start<By extends CountBy>(by: readonly By[], options?: CountOptions): SocketCounter<By> {
  const counter = socketCounter(by, options)
  counters.push(counter)
  return counter
}

test('counts as countSockets does, and what opened and closed since', async () => {
  const { port, pid, ask } = await listener()
  const query = { localPort: port, state: ['LISTEN', 'ESTABLISHED'] } as const
  const counter = start(['state', 'pid'], query)
  const listening = { state: 'LISTEN', pid, count: 1 }
  expect(await counter.count()).toMatchObject({ opened: null, closed: null, counts: [listening] })
  expect(await counter.count()).toMatchObject({ opened: 0, closed: 0, counts: [listening] })

  await ask('clients = [socket.create_connection(server.getsockname()) for _ in range(3)]')
  await ask('accepted = [server.accept()[0] for _ in clients]')
  const { opened, closed, counts, sockets, complete, processes } = await counter.count()
  expect({ opened, closed, sockets, complete }).toEqual({
    opened: 3,
    closed: 0,
    sockets: 4,
    complete: true,
  })
  expect(counts).toEqual(
    expect.arrayContaining([...countSocketsSync(['state', 'pid'], query).counts]),
  )
  expect(counts).toContainEqual({ state: 'ESTABLISHED', pid, count: 3 })
  expect(processes.map((process) => process.pid)).toEqual([pid])

  await ask('[each.close() for each in clients + accepted]')
  await until('they have closed', () => listSocketsSync(query).rows.length === 1)
  expect(await counter.count()).toMatchObject({ opened: 0, closed: 3, counts: [listening] })
})

test('calls at once wait for each other', async () => {
  const counter = start(['protocol'])
  const results = await Promise.all(Array.from({ length: 10 }, () => counter.count()))
  expect(results.filter(({ opened }) => opened === null)).toHaveLength(1)
})

test('a signal ends a call, and close() all further ones', async () => {
  const counter = start(['protocol'])
  await expect(counter.count({ signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  const pending = counter.count()
  counter.close()
  counter.close()
  expect((await pending).counts.length).toBeGreaterThan(0)
  await expect(counter.count()).rejects.toMatchObject({
    code: 'ERR_INVALID_STATE',
    message: 'this counter has been closed: socketCounter() creates another',
  })
})

test('what is wrong is said before anything is read', () => {
  const wrong = socketCounter as (...args: unknown[]) => unknown
  expect(() => wrong('port')).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  expect(() => wrong(['state'], 5)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
  )
  expect(() => wrong(['state'], { owners: 'all' })).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
  )
})
