import { expect, test } from 'vitest'
import {
  type SocketCounter,
  type SocketWatcher,
  socketCounter,
  watchSockets,
} from '../../src/index.ts'

const query = { protocol: 'tcp', localPort: 1, owners: 'none' } as const
const counter = (): SocketCounter<'state'> =>
  socketCounter('state', { protocol: 'tcp', localPort: 1 })

test('a counter is closed by Symbol.dispose and by Symbol.asyncDispose', async () => {
  const [one, other] = [counter(), counter()]
  await one.count()
  one[Symbol.dispose]()
  await other[Symbol.asyncDispose]()
  await expect(one.count()).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' })
  await expect(other.count()).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' })
  one[Symbol.dispose]()
})

test.each<[name: string, end: (watcher: SocketWatcher) => void | Promise<void>]>([
  [
    'Symbol.dispose',
    (watcher) => {
      watcher[Symbol.dispose]()
    },
  ],
  ['Symbol.asyncDispose', (watcher) => watcher[Symbol.asyncDispose]()],
])('a watcher that waits is closed by %s', async (_, end) => {
  const watcher = watchSockets({ ...query, interval: 60_000 })
  await watcher.next()
  const waiting = watcher.next()
  await end(watcher)
  expect(await waiting).toEqual({ done: true, value: undefined })
  await expect(watcher.count('state')).rejects.toMatchObject({ code: 'ERR_INVALID_STATE' })
})
