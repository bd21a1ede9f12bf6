/** Ends the processes that listen on a port. */

import { onlyServers } from '../ports/server-sockets.ts'
import { listSockets } from '../table/snapshot.ts'
import type { Abortable, ListOptions, SocketRow, SocketTable } from '../types.ts'
import { readWithAncestry } from './ancestry.ts'
import { waitUntil } from './ending.ts'
import { processInfo } from './facts.ts'
import { type ProcessIdentity, checkPortNumbers } from '../validate.ts'
import { checkKillPort } from './plan.ts'
import { readProcesses } from './read.ts'
import { Target, nothingKnown } from './target.ts'
import { carryOut, refuseProtected } from './terminate.ts'
import type {
  PortResult,
  KillPortOptions,
  KillPortResult,
  PortHolder,
  PortOutcome,
  ProcessRecord,
} from './types.ts'

/** The sockets that wait for peers on these ports, without those of clients that use the same numbers. */
export function listenersQuery(
  ports: readonly number[],
  { protocol = 'tcp', family }: KillPortOptions = {},
): ListOptions {
  return {
    localPort: ports,
    listening: true,
    owners: 'all',
    // Windows: a socket that is older than the process with its PID belongs to an earlier one.
    times: true,
    protocol,
    ...(family === undefined ? {} : { family }),
  }
}

/** Reads them, without UDP clients that look alike. */
async function readServers(query: ListOptions & Abortable): Promise<SocketTable> {
  return onlyServers(await listSockets(query), query.protocol)
}

/** Holds every process that held one of the sockets when the table was read. */
export function holdOwners(table: SocketTable): Target[] {
  const portsOf = new Map<number, Set<number>>()
  for (const { pids, localPort } of table.rows) {
    for (const pid of pids) {
      const ports = portsOf.get(pid)
      if (ports === undefined) portsOf.set(pid, new Set([localPort]))
      else ports.add(localPort)
    }
  }
  const targets: Target[] = []
  try {
    for (const [pid, ports] of portsOf) targets.push(Target.open(nothingKnown(pid), [...ports]))
    return targets
  } catch (error) {
    for (const { held } of targets) held?.close()
    throw error
  }
}

/** Identifies a socket: by its inode on Linux, else by its address and when it was created. */
function socketName(row: SocketRow): string {
  if (row.inode !== null) return String(row.inode)
  return `${row.protocol} ${row.family} ${row.localAddress} ${row.localPort} ${row.createdAt}`
}

/**
 * Sets the outcome `already-gone` for targets that no longer hold one of the same sockets. Each is held
 * by now, so a PID in this second table refers to the process that is held, unless that has ended, and
 * an ended process is not signalled. A PID that was reused after the first table is thus never
 * mistaken for an owner.
 */
export async function confirmOwners(
  targets: readonly Target[],
  before: SocketTable,
  query: ListOptions,
): Promise<void> {
  const open = targets.filter(({ outcome }) => outcome === null)
  if (open.length === 0) return
  let rows: readonly SocketRow[] = []
  try {
    rows = (await readServers({ ...query, pid: open.map(({ record }) => record.pid) })).rows
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES') {
      for (const target of open) target.settle('no-permission')
      return
    }
    // ESRCH: none of them exists any more.
    if (code !== 'ESRCH') throw error
  }
  const holds = (table: readonly SocketRow[], pid: number): string[] =>
    table.filter(({ pids }) => pids.includes(pid)).map(socketName)
  for (const target of open) {
    const { pid } = target.record
    const had = new Set(holds(before.rows, pid))
    const still = holds(rows, pid).some((name) => had.has(name))
    if (!still || !target.isThere) target.settle('already-gone')
  }
}

function keepNamed(targets: readonly Target[], named: readonly ProcessIdentity[]): void {
  for (const target of targets) {
    const { pid, startTime } = target.record
    const isNamed = named.some(
      (one) => one.pid === pid && (one.startTime === null || one.startTime === startTime),
    )
    if (!isNamed && target.outcome === null) target.settle('refused', 'not-named')
  }
}

/** A later state of the ports. */
interface CurrentState {
  readonly table: SocketTable
  readonly records: readonly ProcessRecord[]
}

async function readState(query: ListOptions): Promise<CurrentState> {
  const table = await readServers(query)
  return { table, records: table.rows.length === 0 ? [] : await readProcesses() }
}

/** The processes that listen on a port now, and whether they did before. */
function holdersOf(
  port: number,
  { table, records }: CurrentState,
  targets: readonly Target[],
): Omit<PortHolder, 'container' | 'unit'>[] {
  const rows = table.rows.filter(({ localPort }) => localPort === port)
  const byPid = new Map(records.map((record) => [record.pid, record]))
  return [...new Set(rows.flatMap(({ pids }) => pids))].map((pid) => {
    const record = byPid.get(pid) ?? nothingKnown(pid)
    const parent = record.parentPid === null ? undefined : byPid.get(record.parentPid)
    const wasThere = targets.some(({ record: { pid: known, startTime }, ports }) => {
      if (known !== pid || !ports.includes(port)) return false
      return startTime === null || record.startTime === null || startTime === record.startTime
    })
    return { ...record, parentName: parent?.name ?? null, isNew: !wasThere }
  })
}

async function describePort(
  port: number,
  before: SocketTable,
  now: CurrentState,
  targets: readonly Target[],
  dryRun: boolean,
): Promise<PortResult> {
  const isHere = ({ localPort }: SocketRow) => localPort === port
  const rows = now.table.rows.filter(isHere)
  const holders = await Promise.all(
    holdersOf(port, now, targets).map(async (holder) => {
      const info = await processInfo(holder.pid)
      const isSame = info?.startTime === holder.startTime
      const { container = null, unit = null } = isSame ? info : {}
      return { ...holder, container, unit }
    }),
  )
  const unknown = rows.filter(({ pid }) => pid === null)
  const had = new Set(before.rows.filter(isHere).map(socketName))
  const old = holders.some(({ isNew }) => !isNew) || unknown.some((row) => had.has(socketName(row)))
  const outcome = (): PortOutcome => {
    if (had.size === 0) return 'nothing-there'
    if (dryRun) return 'unchanged'
    if (rows.length === 0) return 'closed'
    return old ? 'still-held' : 'taken-again'
  }
  return { port, outcome: outcome(), closed: rows.length === 0, holders, unknown }
}

/**
 * Ends the processes that listen on a TCP port, or on several; never clients that use the same number.
 * UDP counts where `protocol` asks for it. Each is sent SIGTERM, and killed after `timeout`.
 *
 * A reused PID is never hit: the owners are looked up, then held (Linux: a pidfd, or before 5.3 the open
 * directory in /proc; Windows: a handle), then looked up once more. Only a process that still holds the
 * same socket is signalled, through that hold.
 *
 * This process itself, its ancestors, PID 1 (Windows: 0 and 4) and programs that publish the ports of
 * containers are refused; see `allow`. The result has the outcome of each process and each port; a
 * process that cannot be ended is not an error. Owners that this user may not see are not ended: their
 * sockets are in `unknown` of the port.
 *
 * @example
 * const { closed, processes } = await killPort(3000)
 * console.log(closed, processes[0]?.outcome) // true 'terminated'
 *
 * @throws {TypeError | RangeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` before anything is read; the signal's reason where it is aborted, which leaves
 *   processes in their present state; else as `listSockets` and `terminate`.
 */
export async function killPort(
  port: number | readonly number[],
  options?: KillPortOptions,
): Promise<KillPortResult> {
  const ports = checkPortNumbers(port)
  const plan = checkKillPort(options)
  const query = listenersQuery(ports, options)
  const before = await readServers({
    ...query,
    ...(plan.abort === undefined ? {} : { signal: plan.abort }),
  })
  const targets = holdOwners(before)
  try {
    // Without a socket no process has to be read, which may be impossible here.
    const records = before.rows.length === 0 ? [] : await readWithAncestry()
    const guard = await refuseProtected(targets, records, plan)
    if (plan.only !== undefined) keepNamed(targets, plan.only)
    await confirmOwners(targets, before, query)
    await carryOut(targets, guard, plan)

    let now = await readState(query)
    const acted = targets.some(({ outcome }) => outcome === 'terminated' || outcome === 'killed')
    const isOver = () =>
      ports.some((one) => holdersOf(one, now, targets).some(({ isNew }) => isNew))
    if (acted && !isOver()) {
      await waitUntil(
        async () => {
          now = await readState(query)
          return isOver()
        },
        plan.settle,
        plan.abort,
      )
    }
    const results = await Promise.all(
      ports.map((one) => describePort(one, before, now, targets, plan.dryRun)),
    )
    return {
      closed: results.every(({ closed }) => closed),
      ports: results,
      processes: targets.map(({ result }) => result),
    }
  } finally {
    for (const { held } of targets) held?.close()
  }
}
