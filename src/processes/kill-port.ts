/** Ends those who listen on a port. */

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
import { carryOut, judge } from './terminate.ts'
import type {
  PortResult,
  KillPortOptions,
  KillPortResult,
  PortHolder,
  PortOutcome,
  ProcessRecord,
} from './types.ts'

/** Everybody who listens on these ports: never mere clients, who only happen to use their numbers. */
export function listenersQuery(
  ports: readonly number[],
  { protocol = 'tcp', family }: KillPortOptions = {},
): ListOptions {
  return {
    localPort: ports,
    listening: true,
    owners: 'all',
    // Windows: a socket that is older than the process with its PID is not that one's.
    times: true,
    protocol,
    ...(family === undefined ? {} : { family }),
  }
}

/** Reads them, without clients of UDP that look alike. */
async function readServers(query: ListOptions & Abortable): Promise<SocketTable> {
  return onlyServers(await listSockets(query), query.protocol)
}

/** Takes hold of everybody who had one of the sockets when the table was read. */
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

/** Names a socket: by its inode on Linux, else by its address and when it was made. */
function socketName(row: SocketRow): string {
  if (row.inode !== null) return String(row.inode)
  return `${row.protocol} ${row.family} ${row.localAddress} ${row.localPort} ${row.createdAt}`
}

/**
 * Settles as gone whoever does not hold one of the same sockets still. Each is held by now, so a PID
 * in this second table means the process that is held, unless that has ended: and what has ended is
 * not signalled. Thus a PID that came round after the first table is never mistaken for an owner.
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
    // Else none of them exists any more.
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

interface Standing {
  readonly table: SocketTable
  readonly records: readonly ProcessRecord[]
}

async function lookAgain(query: ListOptions): Promise<Standing> {
  const table = await readServers(query)
  return { table, records: table.rows.length === 0 ? [] : await readProcesses() }
}

/** Who listens on a port now, and whether they did before. */
function holdersOf(
  port: number,
  { table, records }: Standing,
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
  now: Standing,
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
 * Frees a TCP port, or several: ends the processes that listen on exactly that one, never those that
 * are mere clients. UDP counts where `protocol` asks for it. Each is asked first (SIGTERM), and forced after
 * `timeout`.
 *
 * A PID that comes round meanwhile is never hit: whoever has the port is looked up, then held (Linux:
 * a pidfd, or before 5.3 its open directory in /proc; Windows: a handle), then looked up once more; only who has the same socket still is signalled, through that hold.
 *
 * This process itself, its ancestors, PID 1 (Windows: 0 and 4) and what carries the published ports
 * of containers are refused; see `allow`. What came of each process and each port stands in the
 * result; a process that can't be ended is no error. Owners that this user may not see stay, and
 * `unknown` of the port tells of them.
 *
 * @throws {TypeError | RangeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` before anything is read; the signal's reason where it is aborted, which leaves
 *   processes as they are by then; else as `listSockets` and `terminate` do.
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
    // Without any socket there is nobody to judge: also where processes can't be read.
    const records = before.rows.length === 0 ? [] : await readWithAncestry()
    const judged = await judge(targets, records, plan)
    if (plan.only !== undefined) keepNamed(targets, plan.only)
    await confirmOwners(targets, before, query)
    await carryOut(targets, judged, plan)

    let now = await lookAgain(query)
    const acted = targets.some(({ outcome }) => outcome === 'terminated' || outcome === 'killed')
    const isOver = () =>
      ports.some((one) => holdersOf(one, now, targets).some(({ isNew }) => isNew))
    if (acted && !isOver()) {
      await waitUntil(
        async () => {
          now = await lookAgain(query)
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
