/** Parents and children of processes. */

import { hiddenProcess } from '../errors.ts'
import { checkPid } from '../validate.ts'
import { readFacts, readFactsSync, readProcesses, readProcessesSync } from './read.ts'
import type { ProcessNode, ProcessRecord, ProcessTree } from './types.ts'

function byStart(a: ProcessRecord, b: ProcessRecord): number {
  const difference = BigInt(a.startTime ?? 0) - BigInt(b.startTime ?? 0)
  return difference === 0n ? a.pid - b.pid : difference < 0n ? -1 : 1
}

/**
 * The children of each process. A parent may be younger: Linux passes an orphan to a reaper, which is
 * init or a process that asked for it (prctl(2), PR_SET_CHILD_SUBREAPER).
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

/** The ancestors of a process, from its parent up. */
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

/** The processes below one, each with its children. Cycles, which reused PIDs can cause, are cut. */
function nodesBelow(records: readonly ProcessRecord[], self: ProcessRecord): ProcessNode {
  const children = childrenOf(records)
  const seen = new Set<number>()
  const node = (record: ProcessRecord): ProcessNode => {
    seen.add(record.pid)
    const below = (children.get(record.pid) ?? []).filter((child) => !seen.has(child.pid))
    return { ...record, children: below.map(node) }
  }
  return node(self)
}

/** The descendants of a process, each after its parent. */
export function descendantsOf(records: readonly ProcessRecord[], pid: number): ProcessRecord[] {
  const self = records.find((record) => record.pid === pid)
  const flat = ({ children, ...record }: ProcessNode): ProcessRecord[] => [
    record,
    ...children.flatMap(flat),
  ]
  return self === undefined ? [] : nodesBelow(records, self).children.flatMap(flat)
}

/** The tree around a process in a list of all; null where the list lacks it. */
export function treeIn(records: readonly ProcessRecord[], pid: number): ProcessTree | null {
  const self = records.find((record) => record.pid === pid)
  if (self === undefined) return null
  return { ancestors: ancestorsOf(records, pid), process: nodesBelow(records, self) }
}

/**
 * The answer where the list of processes lacks one: null where it does not exist, `undefined` where it
 * started after the list was read. A process that exists and is hidden is an error.
 */
function missingFrom(pid: number, facts: ProcessRecord | undefined): null | undefined {
  if (facts === undefined) return null
  if (facts.startTime !== null) return undefined
  throw hiddenProcess(pid)
}

/**
 * The ancestors of a process, and the process with its descendants. Null where no process has that PID.
 * The list is not a snapshot: processes start and end while it is read.
 *
 * @example
 * const tree = await processTree(4242)
 * console.log(tree?.ancestors.map(({ name }) => name)) // [ 'npm', 'bash', 'systemd' ]
 *
 * @throws As `processInfo`; `EACCES` where the process exists and /proc hides it from this user
 *   (hidepid), for which `processInfo` returns only the PID.
 */
export async function processTree(pid: number): Promise<ProcessTree | null> {
  checkPid('pid', pid)
  const tree = treeIn(await readProcesses(), pid)
  if (tree !== null || missingFrom(pid, await readFacts(pid)) === null) return tree
  return treeIn(await readProcesses(), pid)
}

/**
 * `processTree`, blocking.
 *
 * @example
 * const children = processTreeSync(process.pid)?.process.children
 *
 * @throws As `processTree`.
 */
export function processTreeSync(pid: number): ProcessTree | null {
  checkPid('pid', pid)
  const tree = treeIn(readProcessesSync(), pid)
  if (tree !== null || missingFrom(pid, readFactsSync(pid)) === null) return tree
  return treeIn(readProcessesSync(), pid)
}
