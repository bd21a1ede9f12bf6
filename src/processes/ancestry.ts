/** What is known of the processes that this one descends from, and which others may be among them. */

import { readProcesses, readSome } from './read.ts'
import { ancestorsOf } from './tree.ts'
import type { ProcessRecord } from './types.ts'

const MOST_READS = 10

export interface Ancestry {
  /** As far up as it is known who they are, with the PID of the one where that ends. */
  readonly known: ReadonlySet<number>
  /** Whether a process that is not among those may be an ancestor as well. */
  mayInclude(record: ProcessRecord): boolean
}

/** Counts start times as the system does; false where one of them is not known. */
function isYounger(one: ProcessRecord, other: ProcessRecord): boolean {
  return one.startTime !== null && other.startTime !== null
    ? BigInt(one.startTime) > BigInt(other.startTime)
    : false
}

/** Whether this user may signal it at all. If not, saying that is better than any guess about it. */
function isWithinReach(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM'
  }
}

/**
 * The ancestors of a process by a list of all. On Linux the way up may end early: /proc with hidepid=2
 * leaves out other users' processes, such as the sudo between a shell and the command. What is above
 * is not known then, and any process may be there, but for these:
 *
 * - what descends from a process on the known part of the way, this one included, or from the hidden
 *   one where it ends: an ancestor can't descend from its own descendant;
 * - what started after a process on that part. A process is younger than its parent, and stays so when
 *   that one ends: the kernel gives it to another ancestor, a subreaper, or to the first process of the
 *   namespace (kernel/exit.c, find_new_reaper). Start times that are equal rule out nothing, since
 *   they are counted in steps of 10 ms.
 */
export function ancestryOf(records: readonly ProcessRecord[], pid: number): Ancestry {
  const byPid = new Map(records.map((record) => [record.pid, record]))
  const self = byPid.get(pid)
  const above = self === undefined ? [] : ancestorsOf(records, pid)
  const last = above.at(-1) ?? self
  const known = new Set(above.map((record) => record.pid))
  // A record without anything but its PID is of a hidden process.
  const isWhole = last?.parentPid === null && !(last.startTime === null && last.name === null)
  if (isWhole) return { known, mayInclude: () => false }
  if (last?.parentPid != null) known.add(last.parentPid)
  const family = new Set([pid, ...known])

  /** The list is no snapshot, so that a reused number could link two strangers; but not by age. */
  const descends = (record: ProcessRecord): boolean => {
    const seen = new Set<number>()
    for (let at = record; at.parentPid !== null && !seen.has(at.pid);) {
      if (family.has(at.parentPid)) return true
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
      if (record.startTime === null) return isWithinReach(record.pid)
      return !(last !== undefined && isYounger(record, last)) && !descends(record)
    },
  }
}

function isSame(one: ProcessRecord, other: ProcessRecord | undefined): boolean {
  return other?.parentPid === one.parentPid && other.startTime === one.startTime
}

/**
 * All processes, with the way up from this one as it was at one moment. A list takes milliseconds to
 * read, and an ancestor that ends meanwhile would be missing from that way, or a stranger with its
 * number stand there. So the way is read a second time. Where each step is the same, it was so all
 * the time: to another parent a process comes only when its own ends, and then to an ancestor that it
 * had before, never to a new process with the old number. Later it can only become shorter.
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
    new Error('EAGAIN: the processes that this one descends from change too fast; try again'),
    { code: 'EAGAIN' },
  )
}
