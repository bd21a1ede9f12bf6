/** Ends one process. */

import { throwIfAborted } from '../table/signal.ts'
import { readWithAncestry } from './ancestry.ts'
import { endTargets } from './ending.ts'
import { type Guard, guard } from './guard.ts'
import { type ProcessIdentity, checkIdentity, checkPid } from '../validate.ts'
import { type Plan, checkTerminate } from './plan.ts'
import { Target, addDescendants, nothingKnown } from './target.ts'
import type { ProcessRecord, TerminateOptions, TerminateResult } from './types.ts'

/** A process by its PID alone, or by its identity, as every record has it. */
export type ProcessReference = number | Pick<ProcessRecord, 'pid' | 'startTime'>

function checkName(value: unknown): ProcessIdentity {
  if (typeof value !== 'number') return checkIdentity('process', value)
  return { pid: checkPid('process', value), startTime: null }
}

/** Signals the targets, or says that it would, after it added their descendants where asked to. */
export async function carryOut(targets: Target[], judged: Guard, plan: Plan): Promise<void> {
  const more = async () => {
    if (plan.tree) await addDescendants(targets, judged)
  }
  await more()
  if (!plan.dryRun) return endTargets(targets, plan, more)
  for (const target of targets) {
    if (target.outcome === null) target.settle('would-be-terminated')
  }
}

/** Refuses what must not be ended, by what is known of the processes that are held. */
export async function judge(
  targets: readonly Target[],
  records: readonly ProcessRecord[],
  plan: Plan,
): Promise<Guard> {
  const judged = await guard(records, plan.allow)
  for (const target of targets) {
    target.learn(records)
    const reason = judged.reason(target.record)
    // Also where it may not be ended anyway: what is wrong with the wish comes first.
    if (reason !== null && target.outcome !== 'already-gone') target.refuse(reason, judged)
  }
  return judged
}

/**
 * Ends a process: asks it to (SIGTERM), waits up to `timeout`, then forces it. The process is held
 * from before it is looked at (Linux: a pidfd, pidfd_open(2), or before 5.3 its open directory in /proc;
 * Windows: a handle), so that whoever gets its PID after it is never hit.
 *
 * Give what `processInfo` or `killPort` returned instead of a PID, and it is ended only if it is that
 * very process: between a look at a PID and this call the number may have gone to another one.
 *
 * One that does not exist is `already-gone`, which is a success. This process itself, its ancestors,
 * what may be one of them where /proc hides some (hidepid), PID 1, parts and services of Windows, and
 * what listens for containers and virtual machines are refused; see `allow`. `advice` says what helps
 * instead.
 *
 * @throws {TypeError | RangeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` before anything is read; the signal's reason where it is aborted, which leaves
 *   processes as they are by then; `ENODEV` where /proc is missing or belongs to another PID namespace
 *   than this process, whose numbers mean other processes; `EMFILE`, `ENFILE` or `ENOMEM`.
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
    const judged = await judge(targets, records, plan)
    if (startTime !== null && target.held !== null && startTime !== target.held.startTime) {
      if (target.held.startTime !== null || target.held.exited) target.settle('already-gone')
      else target.settle('refused', 'unidentified')
    }
    if (target.outcome === null && !target.isThere) target.settle('already-gone')
    await carryOut(targets, judged, plan)
    const processes = targets.map(({ result }) => result)
    const over = ['terminated', 'killed', 'already-gone']
    return { ended: processes.every(({ outcome }) => over.includes(outcome)), processes }
  } finally {
    for (const { held } of targets) held?.close()
  }
}
