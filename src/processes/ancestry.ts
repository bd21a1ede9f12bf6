/** The ancestors of this process, as far as they are known, and which others may be among them. */

import { readProcesses, readSome } from './read.ts'
import { ancestorsOf } from './tree.ts'
import type { ProcessRecord } from './types.ts'

const MOST_READS = 10

interface Ancestry {
  /** The known ancestors, with the PID of the one where knowledge ends. */
  readonly known: ReadonlySet<number>
  /** Whether a process that is not among those may be an ancestor as well. */
  mayInclude(record: ProcessRecord): boolean
}

/** By start times as the system counts them; false where one of them is not known. */
function isYounger(one: ProcessRecord, other: ProcessRecord): boolean {
  return one.startTime !== null && other.startTime !== null
    ? BigInt(one.startTime) > BigInt(other.startTime)
    : false
}

/** Whether this user may signal it. If not, that is the better reason to refuse. */
function maySignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM'
  }
}

/**
 * The ancestors of a process in a list of all. On Linux the way up may end early: /proc with hidepid=2
 * leaves out other users' processes, such as the sudo between a shell and the command. The ancestors
 * above are unknown then, and any process may be one of them, except:
 *
 * - descendants of a process on the known part of the way, this one included, or of the hidden one
 *   where it ends: an ancestor cannot descend from its own descendant;
 * - processes that started after one on that part. A process is younger than its parent, and remains so
 *   when that one ends: the kernel passes it to another ancestor, a subreaper, or to the first process
 *   of the namespace (kernel/exit.c, find_new_reaper). Equal start times exclude nothing, since they
 *   are counted in steps of 10 ms.
 */
export function ancestryOf(records: readonly ProcessRecord[], pid: number): Ancestry {
  const byPid = new Map(records.map((record) => [record.pid, record]))
  const self = byPid.get(pid)
  const above = self === undefined ? [] : ancestorsOf(records, pid)
  const last = above.at(-1) ?? self
  const known = new Set(above.map((record) => record.pid))
  // A record with only a PID belongs to a hidden process.
  const isWhole = last?.parentPid === null && !(last.startTime === null && last.name === null)
  if (isWhole) return { known, mayInclude: () => false }
  if (last?.parentPid != null) known.add(last.parentPid)
  const lineage = new Set([pid, ...known])

  /** The list is not a snapshot, so a reused PID could link unrelated processes; their age reveals it. */
  const descends = (record: ProcessRecord): boolean => {
    const seen = new Set<number>()
    for (let at = record; at.parentPid !== null && !seen.has(at.pid);) {
      if (lineage.has(at.parentPid)) return true
      seen.add(at.pid)
      const parent = byPid.get(at.parentPid)
      if (parent === undefined || isYounger(parent, at)) return false
      at = parent
    }
    return false
  }
  return {
    known,
    mayInclude: (record) => {
      if (record.startTime === null) return maySignal(record.pid)
      return !(last !== undefined && isYounger(record, last)) && !descends(record)
    },
  }
}

function isSame(one: ProcessRecord, other: ProcessRecord | undefined): boolean {
  return other?.parentPid === one.parentPid && other.startTime === one.startTime
}

/**
 * All processes, with a consistent way up from this one. Reading a list takes milliseconds, and an
 * ancestor that ends during that time would be missing, or an unrelated process with its PID would be
 * in its place. So the way up is read a second time. Where each step is the same, it was so in
 * between: a process gets another parent only when its own ends, and then an ancestor that it had
 * before, never a new process with the old PID. Later the way can only become shorter.
 */
export async function readWithAncestry(): Promise<ProcessRecord[]> {
  for (let read = 0; read < MOST_READS; read++) {
    const records = await readProcesses()
    const self = records.find(({ pid }) => pid === process.pid)
    // Without it nothing is known; see `ancestryOf`.
    if (self === undefined) return records
    const way = [self, ...ancestorsOf(records, process.pid)]
    const again = new Map(
      (await readSome(way.map(({ pid }) => pid))).map((record) => [record.pid, record]),
    )
    if (way.every((record) => isSame(record, again.get(record.pid)))) return records
  }
  throw Object.assign(
    new Error('EAGAIN: the ancestors of this process change too fast; try again'),
    { code: 'EAGAIN' },
  )
}
