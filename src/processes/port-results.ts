/** What became of ports whose processes were ended. */

import type { ListOptions, SocketRow, SocketTable } from '../types/index.ts'
import { processInfo } from './facts.ts'
import { readServers, socketName } from './port-owners.ts'
import { readProcesses } from './read.ts'
import { type Target, nothingKnown } from './target.ts'
import type { ProcessRecord } from './types.ts'
import type { PortHolder, PortOutcome, PortResult } from './ending-types.ts'

/** A later state of the ports. */
export interface CurrentState {
  readonly table: SocketTable<'details'>
  readonly records: readonly ProcessRecord[]
}

export async function readState(query: ListOptions): Promise<CurrentState> {
  const table = await readServers(query)
  return { table, records: table.rows.length === 0 ? [] : await readProcesses() }
}

/** The processes that listen on a port now, and whether they did before. */
export function holdersOf(
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

/** What became of a port. */
export async function describePort(
  port: number,
  before: SocketTable<'details'>,
  now: CurrentState,
  targets: readonly Target[],
  dryRun: boolean,
): Promise<PortResult> {
  const isHere = ({ localPort }: SocketRow<'details'>) => localPort === port
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
