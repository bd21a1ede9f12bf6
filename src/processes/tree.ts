/** Who started whom. */

import { hiddenProcess } from '../errors.ts'
import { checkPid } from '../validate.ts'
import { readFacts, readFactsSync, readProcesses, readProcessesSync } from './read.ts'
import type { ProcessNode, ProcessRecord, ProcessTree } from './types.ts'

function byStart(a: ProcessRecord, b: ProcessRecord): number {
  const difference = BigInt(a.startTime ?? 0) - BigInt(b.startTime ?? 0)
  return difference === 0n ? a.pid - b.pid : difference < 0n ? -1 : 1
}

/**
 * The children of each process. A parent may be younger: Linux gives an orphan to a reaper, which is
 * init or whoever asked for it (prctl(2), PR_SET_CHILD_SUBREAPER).
 */
export function childrenOf(records: readonly ProcessRecord[]): Map<number, ProcessRecord[]> {
  const byPid = new Map(records.map((record) => [record.pid, record]))
  const children = new Map<number, ProcessRecord[]>()
  for (const record of [...records].sort(byStart)) {
    const parent = record.parentPid === null ? undefined : byPid.get(record.parentPid)
    if (parent === undefined || parent === record) continue
    const siblings = children.get(parent.pid)
    if (siblings === undefined) children.set(parent.pid, [record])
    else siblings.push(record)
  }
  return children
}

/** From the parent up. */
export function ancestorsOf(records: readonly ProcessRecord[], pid: number): ProcessRecord[] {
  const byPid = new Map(records.map((record) => [record.pid, record]))
  const ancestors: ProcessRecord[] = []
  const seen = new Set([pid])
  for (let at = byPid.get(pid)?.parentPid ?? null; at !== null && !seen.has(at);) {
    seen.add(at)
    const parent = byPid.get(at)
    if (parent === undefined) break
    ancestors.push(parent)
    at = parent.parentPid
  }
  return ancestors
}

/** The tree around a process in a list of all; null where it is not in there. */
export function treeIn(records: readonly ProcessRecord[], pid: number): ProcessTree | null {
  const self = records.find((record) => record.pid === pid)
  if (self === undefined) return null
  const children = childrenOf(records)
  const seen = new Set<number>()
  const node = (record: ProcessRecord): ProcessNode => {
    seen.add(record.pid)
    const below = (children.get(record.pid) ?? []).filter((child) => !seen.has(child.pid))
    return { ...record, children: below.map(node) }
  }
  return { ancestors: ancestorsOf(records, pid), process: node(self) }
}

/**
 * The answer where the list of processes lacks one: null where there is none, `undefined` where it
 * was started since the list was read. One that exists and is hidden is an error, not an absence.
 */
function missingFrom(pid: number, facts: ProcessRecord | undefined): null | undefined {
  if (facts === undefined) return null
  if (facts.startTime !== null) return undefined
  throw hiddenProcess(pid)
}

/**
 * The processes above and below one: its parent and so on up, and what it started with what they
 * started. Null where no process has that PID. Processes come and go while the list is read.
 *
 * @throws As `processInfo` does; `EACCES` where the process exists and /proc keeps it from this user
 *   (hidepid), of which `processInfo` gives the PID alone.
 */
export async function processTree(pid: number): Promise<ProcessTree | null> {
  checkPid('pid', pid)
  const tree = treeIn(await readProcesses(), pid)
  if (tree !== null || missingFrom(pid, await readFacts(pid)) === null) return tree
  return treeIn(await readProcesses(), pid)
}

/** `processTree`, blocking. */
export function processTreeSync(pid: number): ProcessTree | null {
  checkPid('pid', pid)
  const tree = treeIn(readProcessesSync(), pid)
  if (tree !== null || missingFrom(pid, readFactsSync(pid)) === null) return tree
  return treeIn(readProcessesSync(), pid)
}
