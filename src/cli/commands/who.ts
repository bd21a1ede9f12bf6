/** socktable who PORT: who has a local port. */

import type { SocketRow } from '../../index.ts'
import { listSockets } from '../../index.ts'
import type { Command } from '../arguments.ts'
import { complain, explainMissing, heading, print, stdoutWidth } from '../output.ts'
import { formatCsv } from '../print/csv.ts'
import { formatJson } from '../print/json.ts'
import { formatTable } from '../print/table.ts'
import { endpoint, protocolName, sorted, UNKNOWN_OWNER } from '../print/text.ts'

/** True for a socket that holds the port for itself: it listens, is bound, or awaits datagrams. */
function holdsPort(row: SocketRow): boolean {
  return row.remoteAddress === null
}

function unknownOwners(rows: readonly SocketRow[]): string {
  return rows
    .flatMap((row) => {
      if (row.ownerUnknown === null) return []
      const socket = `${protocolName(row)} ${endpoint(row.localAddress, row.localPort)}`
      return [`${socket}: ${UNKNOWN_OWNER[row.ownerUnknown]}\n`]
    })
    .join('')
}

/** Returns the exit code. */
export async function runWho({ port, query, format }: Command & { name: 'who' }): Promise<number> {
  const table = await listSockets(query)
  const rows = sorted(table.rows)
  const holders = rows.filter(holdsPort)
  const others = rows.filter((row) => !holdsPort(row))
  if (format === 'json') {
    print(formatJson({ ...table, rows: [...holders, ...others] }, { port }))
  } else if (format === 'csv') {
    print(formatCsv([...holders, ...others]))
  } else {
    const look = { width: stdoutWidth(), heading }
    if (holders.length > 0) {
      print(formatTable(holders, table.processes, look))
      print(unknownOwners(holders))
    } else if (others.length > 0) {
      print(`nobody listens on port ${port}; connections that use it as their local port:\n`)
    }
    if (others.length > 0) {
      if (holders.length > 0) print(`\nconnections on port ${port}:\n`)
      print(formatTable(others, table.processes, look))
    }
  }
  if (rows.length === 0 && format === 'table') complain(`nobody has port ${port}`)
  explainMissing(table)
  return rows.length > 0 ? 0 : 1
}
