/** Watches the socket table, at a cost that depends on how much changed. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { NativeWatcher, Receive } from '../binding.ts'
import { binding } from '../binding.ts'
import { hasEnded } from '../errors.ts'
import { decoder, encodeCountBy } from '../table/counts.ts'
import { decodeChanges } from '../table/decode.ts'
import type { EncodedQuery } from '../table/options.ts'
import { encodeQuery } from '../table/options.ts'
import { receive } from '../table/receive.ts'
import { reasonOf } from '../table/signal.ts'
import type {
  Abortable,
  CountBy,
  Include,
  ListOptions,
  SocketChanges,
  SocketCounts,
} from '../types/index.ts'
import { checkBoolean, checkInteger, checkSignal } from '../validate.ts'

/** Options of `watchSockets`. */
export interface WatchOptions<Included extends Include = Include> extends ListOptions<Included> {
  /**
   * The shortest time between the starts of two reads of the table, in milliseconds.
   * @default 1000
   */
  readonly interval?: number
  /**
   * Whether to keep the process alive while waiting for the next changes.
   * @default true
   */
  readonly persistent?: boolean
}

/** The changes of a table, for `for await`. Each set of changes is delivered once. */
export interface SocketWatcher<Included extends Include = never> extends AsyncGenerator<
  SocketChanges<Included>,
  void,
  undefined
> {
  /**
   * Counts the sockets that the table had when the last set of changes was read, as `countSockets` does,
   * without reading the table again or looking for owners. Before the first set there are none.
   */
  count<By extends CountBy>(by: By | readonly By[]): Promise<SocketCounts<By>>
  /** Ends the watcher immediately: a pending read is cancelled, and no further changes are delivered. */
  close(): void
  /** `close`, for `using`. */
  [Symbol.dispose](): void
  /** `close`, for `await using`: resolves once the iteration has ended. */
  [Symbol.asyncDispose](): Promise<void>
}

const LONGEST = 2 ** 31 - 1 // of a timer

const CLOSED = Symbol('closed')

/** Whether there is something to report, which may be that changes were missed. */
function hasChanges(changes: SocketChanges<Include>): boolean {
  const { opened, closed, changed, shortLived, missing } = changes
  const lists = [opened, closed, changed, shortLived ?? []]
  return lists.some((list) => list.length > 0) || missing.includes('short-lived')
}

interface Pace {
  readonly interval: number
  readonly persistent: boolean
}

/** A watcher of the addon, and what ends it: CLOSED or the signal's reason. */
class Watch<Included extends Include> {
  readonly #watcher: NativeWatcher
  readonly #include: readonly Included[]
  readonly #pace: Pace
  readonly #signal: AbortSignal | undefined
  readonly #end = new AbortController()
  #open = true

  constructor(query: EncodedQuery, pace: Pace, signal: AbortSignal | undefined) {
    this.#watcher = binding().openWatcher(query.encoded)
    this.#include = query.include as readonly Included[]
    this.#pace = pace
    this.#signal = signal
  }

  async *changes(): AsyncGenerator<SocketChanges<Included>, void, undefined> {
    const abort = () => {
      if (this.#signal !== undefined) this.#end.abort(reasonOf(this.#signal))
    }
    if (this.#signal?.aborted) abort()
    this.#signal?.addEventListener('abort', abort)
    try {
      yield* this.#read()
    } catch (error) {
      const { signal } = this.#end
      if (signal.reason !== CLOSED) throw signal.aborted ? signal.reason : error
    } finally {
      this.#signal?.removeEventListener('abort', abort)
      this.close()
    }
  }

  async *#read(): AsyncGenerator<SocketChanges<Included>, void, undefined> {
    const { signal } = this.#end
    const poll = (done: Receive<void>) => binding().poll(this.#watcher, done)
    const decode = (buffer: ArrayBuffer) => decodeChanges(buffer, binding().layout, this.#include)
    for (let first = true; ; first = false) {
      const begun = performance.now()
      const changes = await receive(poll, decode, signal)
      if (first || hasChanges(changes)) yield changes
      const pause = Math.max(0, begun + this.#pace.interval - performance.now())
      await sleep(pause, undefined, { signal, ref: this.#pace.persistent })
    }
  }

  async count<By extends CountBy>(by: By | readonly By[]): Promise<SocketCounts<By>> {
    const countBy = encodeCountBy(by)
    if (!this.#open) {
      throw hasEnded('this watcher', 'watchSockets')
    }
    const start = (done: Receive<void>) => binding().countWatched(this.#watcher, done, countBy)
    return receive(start, decoder(by), undefined)
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#end.abort(CLOSED)
    binding().closeWatcher(this.#watcher)
  }
}

/**
 * Watches the sockets that a query selects. The first set of changes has all of them in `opened`; each
 * later set has what changed since the previous one, and is delivered when something changed.
 *
 * The table is read again when the next set is requested and `interval` has passed, on another thread
 * and one read at a time. The last table and its owners stay in native memory, and only changes are
 * passed to JavaScript. A slow consumer gets all changes since its last set as one set, so nothing
 * accumulates.
 * A socket that opened and closed since the last set is in `shortLived` where the system reports
 * sockets that close (Linux, also without privilege); elsewhere it is missed.
 *
 * Sockets are recognized by their identity: on Linux the cookie that the kernel gives each socket
 * (net/core/sock_diag.c), on Windows the time of creation, on macOS a number that is unique until the
 * next boot. If an address is reused, one socket has closed and another has opened. A connection remains
 * the same socket to its end, including TIME_WAIT, in which it no longer has an owner; `before` of that
 * change has the last one. Where the source has no identity (`procfs`), a connection is the same while
 * its state advances and its inode, if it has one, is unchanged.
 *
 * Linux: owners are looked up for sockets that opened or were accepted. Each read verifies one socket of
 * every owning process, so that when a process ends, the next set reports its sockets with their other
 * holders. All other changes of owners are found by a search of all processes: a socket was passed on,
 * a fork shares it while its holder keeps another, or its owner could not be found or read. This search
 * runs after 600 times its own duration, but no sooner than after 5 seconds and no later than after 60,
 * and also 5 seconds after a socket opened without a known owner. Windows and macOS: owners are read
 * with each table, on macOS by a search of all processes. There, a socket that closes during the read
 * may appear in `changed` without its owner before it appears in `closed`.
 *
 * Linux walks its table while it is being changed, and may skip a socket whose neighbours close at that
 * moment (net/ipv4/inet_diag.c). Such a socket is reported as closed, and by the next read as opened
 * with the same `id`.
 *
 * @example
 * for await (const { opened, closed } of watchSockets({ protocol: 'tcp' })) {
 *   console.log(`${opened.length} opened, ${closed.length} closed`)
 * }
 *
 * @throws {TypeError | RangeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` before anything is read. The iterator throws the errors of `listSockets` and the
 *   signal's reason, and then it has ended.
 */
export function watchSockets<const Included extends Include = never>(
  options: WatchOptions<Included> & Abortable = {},
): SocketWatcher<Included> {
  const query = encodeQuery(options, ['interval', 'persistent', 'signal'])
  const { interval = 1000, persistent = true } = options
  const pace = {
    interval: checkInteger('options.interval', interval, 1, LONGEST),
    persistent: checkBoolean('options.persistent', persistent),
  }
  const watch = new Watch<Included>(query, pace, checkSignal(options))
  const changes = watch.changes()
  const end = async () => {
    watch.close()
    await changes.return()
  }
  const close = () => void end()
  return Object.assign(changes, {
    count: <By extends CountBy>(by: By | readonly By[]) => watch.count(by),
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: end,
  })
}
