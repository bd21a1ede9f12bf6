/** Abort signals: what is taken for one, and what it says. */

import { invalidType, isRevoked } from '../errors.ts'
import type { Abortable } from '../types.ts'

/** Like Node itself: signals of another realm or of a polyfill are as good as its own. */
function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null || isRevoked(value)) return false
  const { addEventListener, removeEventListener } = value as Partial<AbortSignal>
  const listens = typeof addEventListener === 'function'
  return 'aborted' in value && listens && typeof removeEventListener === 'function'
}

/** Checks the signal of an asynchronous call. */
export function checkSignal(options: Abortable | undefined): AbortSignal | undefined {
  const signal: unknown = options?.signal
  if (signal === undefined || isSignal(signal)) return signal
  throw invalidType('options.signal', 'an instance of AbortSignal', signal)
}

/** Why it was aborted. Polyfills older than the reason have none. */
export function reasonOf(signal: AbortSignal): unknown {
  if ('reason' in signal) return signal.reason
  return new DOMException('This operation was aborted', 'AbortError')
}

/** Throws that reason where it was aborted: what `signal.throwIfAborted` does where there is one. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal)
}
