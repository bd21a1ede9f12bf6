/** The processes to end, each held from before it is checked until the end. */

import type { Guard } from './guard.ts'
import { HeldProcess } from './held.ts'
import { readProcesses } from './read.ts'
import { childrenOf } from './tree.ts'
import type { ProcessRecord } from './types.ts'
import type { EndedProcess, ProcessOutcome, RefusalReason } from './ending-types.ts'

/** A process that forks faster than this cannot be caught. */
const MOST_ROUNDS = 10

/** The record of a process of which only the PID is known. */
export const nothingKnown = (pid: number): ProcessRecord => ({
  pid,
  parentPid: null,
  startTime: null,
  startedAt: null,
  name: null,
})

/** A process to end, and what became of it. */
export class Target {
  record: ProcessRecord
  readonly ports: readonly number[]
  readonly held: HeldProcess | null
  outcome: ProcessOutcome | null = null
  reason: RefusalReason | null = null
  advice: string | null = null

  private constructor(record: ProcessRecord, ports: readonly number[], held: HeldProcess | null) {
    this.record = record
    this.ports = ports
    this.held = held
  }

  /** Holds the process that has this PID now. */
  static open(record: ProcessRecord, ports: readonly number[] = []): Target {
    const held = HeldProcess.open(record.pid)
    if (held instanceof HeldProcess) {
      return new Target({ ...record, startTime: held.startTime }, ports, held)
    }
    const target = new Target(record, ports, null)
    target.outcome = held === 'gone' ? 'already-gone' : held
    return target
  }

  /** Sets its outcome: nothing more is done to it. */
  settle(outcome: ProcessOutcome, reason: RefusalReason | null = null): void {
    this.outcome = outcome
    this.reason = reason
  }

  /** Refuses to end it, for the reason of a guard. */
  refuse(reason: RefusalReason, guard: Guard): void {
    this.settle('refused', reason)
    this.advice = guard.advice(this.record, reason, this.ports[0] ?? null)
  }

  /** True while its PID refers to this process. */
  get isThere(): boolean {
    return this.held?.exited === false
  }

  /** Takes its record from a list that was read after it was held. */
  learn(records: readonly ProcessRecord[]): void {
    const found = records.find(({ pid }) => pid === this.record.pid)
    if (found === undefined || this.outcome === 'already-gone') return
    // While it is held and running its PID refers to it; one that cannot be held is only identified here.
    const isThisOne = this.held === null || this.isThere
    if (isThisOne || found.startTime === this.record.startTime) this.record = found
  }

  get result(): EndedProcess {
    const { record, outcome, reason, advice, ports } = this
    return { ...record, outcome: outcome ?? 'survived', reason, advice, ports }
  }
}

/**
 * Adds the descendants of targets without an outcome. A child counts where it was listed as such after
 * both it and its parent were held, and the parent was still running then: so each PID in that list
 * referred to the process that is held.
 */
export async function addDescendants(targets: Target[], guard: Guard): Promise<void> {
  const candidates = new Map<number, Target>()
  try {
    await findDescendants(targets, guard, candidates)
  } finally {
    for (const candidate of candidates.values()) {
      if (!targets.includes(candidate)) candidate.held?.close()
    }
  }
}

async function findDescendants(
  targets: Target[],
  guard: Guard,
  candidates: Map<number, Target>,
): Promise<void> {
  for (let round = 0, more = true; more && round < MOST_ROUNDS; round++) {
    more = false
    const children = childrenOf(await readProcesses())
    const sure = new Map(targets.map((target) => [target.record.pid, target]))
    const queue = targets.filter((target) => target.outcome === null)
    for (const parent of queue) {
      if (!parent.isThere) continue
      for (const record of children.get(parent.record.pid) ?? []) {
        const { pid } = record
        if (sure.has(pid) || queue.some((one) => one.record.pid === pid)) continue
        const known = candidates.get(pid)
        if (known?.isThere && known.record.startTime === record.startTime) {
          const reason = guard.reason(record)
          // The children of a protected process are protected with it.
          if (reason === null) queue.push(known)
          if (!targets.includes(parent)) continue
          known.record = record
          targets.push(known)
          if (reason !== null) known.refuse(reason, guard)
          continue
        }
        known?.held?.close()
        const candidate = Target.open(record)
        if (candidate.held === null) continue
        candidates.set(pid, candidate)
        queue.push(candidate)
        more = true
      }
    }
  }
}
