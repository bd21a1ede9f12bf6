/** Asks processes to end, waits, and forces those that don't. */

import { setTimeout as sleep } from 'node:timers/promises'
import { throwIfAborted } from '../table/signal.ts'
import { KILL, type Plan } from './plan.ts'
import type { Target } from './target.ts'

/** For how long what was forced may take: it ends only when the kernel lets go of it. */
const FORCED_WAIT = 2000
const LONGEST_PAUSE = 50

/** Calls `done` until it says true or the time is over. Rejects with the reason of an abort. */
export async function waitUntil(
  done: () => boolean | Promise<boolean>,
  milliseconds: number,
  abort: AbortSignal | undefined,
): Promise<boolean> {
  const end = performance.now() + milliseconds
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    throwIfAborted(abort)
    if (await done()) return true
    const left = end - performance.now()
    if (left <= 0) return false
    try {
      await sleep(Math.min(pause, left), undefined, abort === undefined ? {} : { signal: abort })
    } catch (error) {
      throwIfAborted(abort)
      throw error
    }
  }
}

/** Sends a signal to those that are not settled; what can't be sent settles them. */
function sendAll(targets: readonly Target[], number: number): void {
  for (const target of targets) {
    if (target.outcome !== null || target.held === null) continue
    const sent = target.held.send(number)
    // Who ends together with its parent, say, has ended all the same.
    if (sent === 'gone') target.settle('terminated')
    else if (sent === 'no-permission') target.settle('no-permission')
    else if (sent === 'no-way') target.reason = 'no-graceful-way'
  }
}

const running = (targets: readonly Target[]): Target[] =>
  targets.filter(({ outcome }) => outcome === null)

function settleExited(targets: readonly Target[], outcome: 'terminated' | 'killed'): void {
  for (const target of running(targets)) {
    if (!target.isThere) target.settle(outcome)
  }
}

/**
 * Ends the targets that are not settled. `more` adds descendants that came up meanwhile, before those
 * that are still there are forced.
 */
export async function endTargets(
  targets: Target[],
  { signal, timeout, force, abort }: Plan,
  more: () => Promise<void>,
): Promise<void> {
  for (const target of running(targets)) if (!target.isThere) target.settle('already-gone')
  throwIfAborted(abort)
  sendAll(targets, signal)
  const waiting = () =>
    running(targets).some((target) => target.isThere && target.reason !== 'no-graceful-way')
  await waitUntil(() => !waiting(), signal === KILL ? FORCED_WAIT : timeout, abort)
  settleExited(targets, signal === KILL ? 'killed' : 'terminated')
  if (force && signal !== KILL && running(targets).length > 0) {
    await more()
    for (const target of running(targets)) target.reason = null
    sendAll(targets, KILL)
    await waitUntil(() => running(targets).every(({ isThere }) => !isThere), FORCED_WAIT, abort)
    settleExited(targets, 'killed')
  }
  for (const target of running(targets)) target.settle('survived', target.reason)
}
