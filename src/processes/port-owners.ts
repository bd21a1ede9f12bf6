/** The processes that listen on ports, found and held. */

import { onlyServers } from '../ports/server-sockets.ts'
import { listSockets } from '../table/snapshot.ts'
import type { Abortable, ListOptions, SocketRow, SocketTable } from '../types/index.ts'
import { Target, nothingKnown } from './target.ts'
import type { KillPortOptions } from './ending-types.ts'

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
    include: ['details'],
    protocol,
    ...(family === undefined ? {} : { family }),
  }
}

/** Reads them, without UDP clients that look alike. */
export async function readServers(query: ListOptions & Abortable): Promise<SocketTable<'details'>> {
  return onlyServers(await listSockets(query), query.protocol)
}

/** Holds every process that held one of the sockets when the table was read. */
export function holdOwners(table: SocketTable<'details'>): Target[] {
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
export function socketName(row: SocketRow<'details'>): string {
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
  before: SocketTable<'details'>,
  query: ListOptions,
): Promise<void> {
  const open = targets.filter(({ outcome }) => outcome === null)
  if (open.length === 0) return
  let rows: readonly SocketRow<'details'>[] = []
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
  const holds = (table: readonly SocketRow<'details'>[], pid: number): string[] =>
    table.filter(({ pids }) => pids.includes(pid)).map(socketName)
  for (const target of open) {
    const { pid } = target.record
    const had = new Set(holds(before.rows, pid))
    const still = holds(rows, pid).some((name) => had.has(name))
    if (!still || !target.isThere) target.settle('already-gone')
  }
}
