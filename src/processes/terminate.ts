/** Ends one process. */

import { throwIfAborted } from '../table/signal.ts'
import { readWithAncestry } from './ancestry.ts'
import { endTargets } from './ending.ts'
import { type Guard, createGuard } from './guard.ts'
import { type ProcessIdentity, checkIdentity, checkPid } from '../validate.ts'
import { type Plan, checkTerminate } from './plan.ts'
import { Target, addDescendants, nothingKnown } from './target.ts'
import type { ProcessRecord } from './types.ts'
import type { TerminateOptions, TerminateResult } from './ending-types.ts'

/** A process by its PID, or by its PID and start time, as every record has them. */
export type ProcessReference = number | Pick<ProcessRecord, 'pid' | 'startTime'>

function checkName(value: unknown): ProcessIdentity {
  if (typeof value !== 'number') return checkIdentity('process', value)
  return { pid: checkPid('process', value), startTime: null }
}

/** Signals the targets, with their descendants where asked to, or records what it would do. */
export async function carryOut(targets: Target[], guard: Guard, plan: Plan): Promise<void> {
  const more = async () => {
    if (plan.tree) await addDescendants(targets, guard)
  }
  await more()
  if (!plan.dryRun) return endTargets(targets, plan, more)
  for (const target of targets) {
    if (target.outcome === null) target.settle('would-be-terminated')
  }
}

/** Refuses the targets that are protected, and returns the guard for their descendants. */
export async function refuseProtected(
  targets: readonly Target[],
  records: readonly ProcessRecord[],
  plan: Plan,
): Promise<Guard> {
  const guard = await createGuard(records, plan.allow)
  for (const target of targets) {
    target.learn(records)
    const reason = guard.reason(target.record)
    // Also where it cannot be ended anyway: this reason comes first.
    if (reason !== null && target.outcome !== 'already-gone') target.refuse(reason, guard)
  }
  return guard
}

/**
 * Ends a process: sends SIGTERM, waits up to `timeout`, then kills it. The process is held before it is
 * checked (Linux: a pidfd, pidfd_open(2), or before 5.3 its open directory in /proc; Windows: a handle),
 * so that a process that gets its PID later is never hit.
 *
 * Pass a result of `processInfo` or `killPort` instead of a PID, and the process is ended only if it is
 * the same one: between reading a PID and this call the PID may have been reused.
 *
 * A process that does not exist is `already-gone`, which is a success. Refused are this process, its
 * ancestors, processes that may be one of them where /proc hides some (hidepid), PID 1, parts and
 * services of Windows, and programs that listen for containers and virtual machines; see `allow`.
 * `advice` says what to do instead.
 *
 * @example
 * const { ended } = await terminate(4242, { timeout: 2000 })
 *
 * @throws {TypeError | RangeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` before anything is read; the signal's reason where it is aborted, which leaves
 *   processes in their present state; `ENODEV` where /proc is missing or belongs to another PID
 *   namespace than this process; `EMFILE`, `ENFILE` or `ENOMEM`.
 */
export async function terminate(
  process: ProcessReference,
  options?: TerminateOptions,
): Promise<TerminateResult> {
  const { pid, startTime } = checkName(process)
  const plan = checkTerminate(options)
  throwIfAborted(plan.abort)
  const targets = [Target.open(nothingKnown(pid))]
  const [target] = targets as [Target]
  try {
    const records = await readWithAncestry()
    const guard = await refuseProtected(targets, records, plan)
    if (startTime !== null && target.held !== null && startTime !== target.held.startTime) {
      if (target.held.startTime !== null || target.held.exited) target.settle('already-gone')
      else target.settle('refused', 'unidentified')
    }
    if (target.outcome === null && !target.isThere) target.settle('already-gone')
    await carryOut(targets, guard, plan)
    const processes = targets.map(({ result }) => result)
    const over = ['terminated', 'killed', 'already-gone']
    return { ended: processes.every(({ outcome }) => over.includes(outcome)), processes }
  } finally {
    for (const { held } of targets) held?.close()
  }
}
