/** Runs a read of the addon on its other thread, as a promise that a signal ends early. */

import type { Receive } from '../binding.ts'
import { systemError } from '../errors.ts'
import { reasonOf, throwIfAborted } from './signal.ts'

/** What `decode` makes of the buffer, which is lent to it until it returns. */
export function receiver<Result>(decode: (buffer: ArrayBuffer) => Result): Receive<Result> {
  return (...[buffer, failure]) => {
    if (failure !== null) throw systemError(failure)
    return decode(buffer)
  }
}

/** `start` is a read of the addon, which returns what ends it early. */
export function receive<Result>(
  start: (receive: Receive<void>) => () => void,
  decode: (buffer: ArrayBuffer) => Result,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const receiveResult = receiver(decode)
  return new Promise((resolve, reject) => {
    throwIfAborted(signal)
    const finish = () => signal?.removeEventListener('abort', abort)
    const cancel = start((...outcome) => {
      finish()
      if (signal?.aborted) return
      try {
        resolve(receiveResult(...outcome))
      } catch (error) {
        reject(error)
      }
    })
    const abort = () => {
      cancel()
      finish()
      if (signal !== undefined) reject(reasonOf(signal))
    }
    signal?.addEventListener('abort', abort)
  })
}
