/** What an abort signal says. */

/** Why it was aborted. Polyfills older than the reason have none. */
export function reasonOf(signal: AbortSignal): unknown {
  if ('reason' in signal) return signal.reason
  return new DOMException('This operation was aborted', 'AbortError')
}

/** Throws that reason where it was aborted: what `signal.throwIfAborted` does where there is one. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal)
}
