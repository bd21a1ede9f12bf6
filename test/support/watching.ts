/** What a test takes from a watcher, and what it does for one to tell. */

import type { Socket } from 'node:net'
import { afterEach } from 'vitest'
import type {
  Abortable,
  Include,
  SocketChanges,
  SocketWatcher,
  WatchOptions,
} from '../../src/index.ts'
import { listSocketsSync, watchSockets } from '../../src/index.ts'
import { until } from './children.ts'

const watchers: SocketWatcher[] = []
afterEach(() => {
  for (const watcher of watchers.splice(0)) watcher.close()
})

/** Reads as often as it is asked, and ends with the test. */
export function watch<const Included extends Include = never>(
  options: WatchOptions<Included> & Abortable = {},
): SocketWatcher<Included> {
  const watcher = watchSockets({ interval: 1, ...options })
  watchers.push(watcher)
  return watcher
}

/** The next set of changes: what happened since the last one was taken. */
export async function take<Included extends Include>(
  watcher: SocketWatcher<Included>,
): Promise<SocketChanges<Included>> {
  const next = await watcher.next()
  if (next.done === true) throw new Error('the watcher has ended')
  return next.value
}

/** A watcher whose first set was taken: what it tells from now on has happened from now on. */
export async function startWatch<const Included extends Include = never>(
  options: WatchOptions<Included> & Abortable,
): Promise<SocketWatcher<Included>> {
  const watcher = watch(options)
  await take(watcher)
  return watcher
}

/** Resets a connection and waits until neither end is left. */
export async function reset(client: Socket): Promise<void> {
  // Of one number alone another test's socket may be, say one in TIME_WAIT.
  const ports = [client.localPort ?? 0, client.remotePort ?? 0]
  client.resetAndDestroy()
  await until('both ends are gone', () => {
    const { rows } = listSocketsSync({ localPort: ports, remotePort: ports, owners: 'none' })
    return rows.length === 0
  })
}
