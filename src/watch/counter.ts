/** Counts sockets repeatedly, at a cost that depends on how much changed. */

import { binding } from '../binding.ts'
import { hasEnded } from '../errors.ts'
import { type CountOptions, decoder, encodeCountBy, encodeCountQuery } from '../table/counts.ts'
import { decodeTurnover } from '../table/decode.ts'
import { receive } from '../table/receive.ts'
import type { Abortable, CountBy, SocketCounts } from '../types/index.ts'
import { checkOptions, checkSignal } from '../validate.ts'

/** How many sockets there are, and how many opened and closed. */
export interface SocketTurnover<By extends CountBy> extends SocketCounts<By> {
  /**
   * How many sockets opened since the last call; null for the first call. Sockets that opened and closed
   * in between count here and in `closed` where the system reports them: see `shortLived` of
   * `SocketChanges`.
   */
  readonly opened: number | null
  /** How many sockets closed since the last call; null for the first call. */
  readonly closed: number | null
}

/** Counts the sockets of one query repeatedly. */
export interface SocketCounter<By extends CountBy> {
  /**
   * Reads the table and counts. Calls run one after another, and reject with the errors of
   * `listSockets`. Changes that an aborted call had already read are missing from later `opened` and
   * `closed`.
   */
  count(options?: Abortable): Promise<SocketTurnover<By>>
  /** Releases the last table. Calls that were made before it still complete. */
  close(): void
  /** `close`, for `using`. */
  [Symbol.dispose](): void
  /** `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Counts the sockets of a query as `countSockets` does, repeatedly. The last table stays in native
 * memory, so that each call reports how many sockets opened and closed since the last one and looks up
 * owners only for new sockets, as `watchSockets` does. No rows are created in JavaScript:
 *
 *     const counter = socketCounter(['protocol', 'state'])
 *     const { counts, opened, closed } = await counter.count() // each second
 *
 * @example
 * using counter = socketCounter('state')
 * const { counts, opened } = await counter.count()
 * console.log(counts, opened)
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`. `count` rejects with
 *   `ERR_INVALID_STATE` after `close`.
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
