/** Counts sockets repeatedly, at a cost that follows the changes. */

import { binding } from '../binding.ts'
import { hasEnded } from '../errors.ts'
import { type CountOptions, decoder, encodeCountBy, encodeCountQuery } from '../table/counts.ts'
import { decodeTurnover } from '../table/decode.ts'
import { receive } from '../table/receive.ts'
import type { Abortable, CountBy, SocketCounts } from '../types/index.ts'
import { checkOptions, checkSignal } from '../validate.ts'

/** How many sockets there are, and how many came and went. */
export interface SocketTurnover<By extends CountBy> extends SocketCounts<By> {
  /**
   * How many opened and closed since the last call; null at the first one. Those that did both are in
   * the two numbers where the system reports them: see `shortLived` of a watcher's changes.
   */
  readonly opened: number | null
  /** See `opened`. */
  readonly closed: number | null
}

/** Counts the sockets of one query again and again. */
export interface SocketCounter<By extends CountBy> {
  /**
   * Reads the table and counts. Calls wait for each other. Errors as of `listSockets`. What a call
   * that a signal ends had read already is in no numbers of `opened` and `closed`.
   */
  count(options?: Abortable): Promise<SocketTurnover<By>>
  /** Gives back what is kept of the last table. Calls that wait go on to their end. */
  close(): void
  /** `close`, for `using`. */
  [Symbol.dispose](): void
  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Counts the sockets of a query as `countSockets` does, repeatedly: the last table is kept where
 * it is read, so that a call says what opened and closed since, and owners are looked up for new
 * sockets alone, as by `watchSockets`. No rows cross:
 *
 *     const counter = socketCounter(['protocol', 'state'])
 *     const { counts, opened, closed } = await counter.count() // each second
 *
 * @example
 * using counter = socketCounter('state')
 * const { counts, opened } = await counter.count()
 * console.log(counts, opened)
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`; `count` rejects with
 *   `ERR_INVALID_STATE` once it was closed.
 */
export function socketCounter<By extends CountBy>(
  by: By | readonly By[],
  options?: CountOptions,
): SocketCounter<By> {
  const countBy = encodeCountBy(by)
  const watcher = binding().openWatcher(encodeCountQuery(options, countBy))
  const decode = decoder(by)
  let open = true
  let first = true

  const decodeAll = (buffer: ArrayBuffer): SocketTurnover<By> => {
    const turnover = first
      ? { opened: null, closed: null }
      : decodeTurnover(buffer, binding().layout)
    first = false
    return { ...decode(buffer), ...turnover }
  }
  const close = () => {
    if (open) binding().closeWatcher(watcher)
    open = false
  }
  return {
    count: async (abortable) => {
      checkOptions(abortable, ['signal'])
      const signal = checkSignal(abortable)
      if (!open) throw hasEnded('this counter', 'socketCounter')
      return receive((done) => binding().pollCounts(watcher, done, countBy), decodeAll, signal)
    },
    close,
    [Symbol.dispose]: close,
    [Symbol.asyncDispose]: () => {
      close()
      return Promise.resolve()
    },
  }
}
