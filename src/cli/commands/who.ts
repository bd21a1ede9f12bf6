/** socktable who PORT: who has a local port. */

import type { Include, SocketProcess, SocketRow } from '../../index.ts'
import { listSockets } from '../../index.ts'
import { serverSockets } from '../../ports/server-sockets.ts'
import { type UserNames, usersOf } from '../../users.ts'
import type { Command } from '../arguments.ts'
import { explainMissing, heading, print, remark, stdoutWidth } from '../output.ts'
import { formatCsv } from '../print/csv.ts'
import { formatJson } from '../print/json.ts'
import { formatTable } from '../print/table.ts'
import { sorted, whyUnknown } from '../print/text.ts'
import { wrap } from '../print/width.ts'

/** The process that Windows shows for sockets of its own. */
const WINDOWS_ITSELF = 4
const ABOUT_WINDOWS =
  'PID 4 is Windows itself. Most often that is http.sys, which serves for other programs: ' +
  '"netsh http show servicestate" names them, from an administrator\'s prompt.'

/** What sockets are that are no servers'. */
function whatOf(rows: readonly SocketRow<Include>[]): string {
  return rows.some(({ remoteAddress }) => remoteAddress === null)
    ? 'clients and connections'
    : 'connections'
}

/** The table, and below it each reason for an unknown owner once, in plain words. */
function section(
  rows: readonly SocketRow<Include>[],
  processes: readonly SocketProcess[],
  users: UserNames,
  width: number,
): string {
  const unknown = rows.filter(({ ownerUnknown }) => ownerUnknown !== null)
  const reasons = new Set(unknown.map((row) => `(${row.ownerUnknown}): ${whyUnknown(row, users)}`))
  const legend = Array.from(reasons, (reason) => wrap(reason, width))
  if (process.platform === 'win32' && rows.some(({ pid }) => pid === WINDOWS_ITSELF)) {
    legend.push(wrap(ABOUT_WINDOWS, width))
  }
  return formatTable(rows, processes, { width, heading, reasons: true }) + legend.join('')
}

/** Returns the exit code. */
export async function runWho({ port, query, format }: Command & { name: 'who' }): Promise<number> {
  const table = await listSockets(query)
  const rows = sorted(table.rows)
  // It listens, is bound, or awaits datagrams; where TCP was meant as well, not as a client of UDP.
  const isServer = serverSockets(query.protocol ?? ['tcp', 'udp'])
  const holds = (row: SocketRow<Include>) =>
    row.remoteAddress === null && (row.protocol === 'tcp' || isServer(row))
  const holders = rows.filter(holds)
  const others = rows.filter((row) => !holds(row))
  if (format === 'json') {
    print(formatJson({ port, ...table, rows: [...holders, ...others] }))
  } else if (format === 'csv') {
    print(formatCsv([...holders, ...others], !process.stdout.isTTY))
  } else {
    const width = stdoutWidth()
    const users = await usersOf(rows)
    if (holders.length > 0) print(section(holders, table.processes, users, width))
    if (others.length > 0) {
      const title =
        holders.length > 0
          ? `\n${whatOf(others)} on port ${port}:`
          : `nobody listens on port ${port}; ${whatOf(others)} that use it as their local port:`
      print(wrap(title, width) + section(others, table.processes, users, width))
    }
  }
  if (rows.length === 0) remark(`nothing found on port ${port}`)
  // What may lack beside them is of no interest to whoever looked for one that was found.
  const missing = table.missing.filter((what) => what !== 'bound' || holders.length === 0)
  explainMissing({ ...table, missing })
  return rows.length > 0 ? 0 : 1
}
