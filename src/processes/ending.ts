/** Asks processes to end, waits, and kills those that do not. */

import { setTimeout as sleep } from 'node:timers/promises'
import { throwIfAborted } from '../table/signal.ts'
import { KILL, type Plan } from './plan.ts'
import type { Target } from './target.ts'

/** How long a killed process may take to end: the kernel releases it first. */
const FORCED_WAIT = 2000
const LONGEST_PAUSE = 50

/** Calls `done` until it returns true or the time is over. Rejects with the reason of an abort. */
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

/** Sends a signal to targets without an outcome; a failure to send it is their outcome. */
function sendAll(targets: readonly Target[], number: number): void {
  for (const target of targets) {
    if (target.outcome !== null || target.held === null) continue
    const sent = target.held.send(number)
    // A process that ends with its parent, for example, has ended too.
    if (sent === 'gone') target.settle('terminated')
    else if (sent === 'no-permission') target.settle('no-permission')
    else if (sent === 'unsupported') target.reason = 'no-graceful-way'
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
 * Ends the targets without an outcome. `more` adds descendants that started since, before the targets
 * that remain are killed.
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
