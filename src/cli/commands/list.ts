/** socktable, and socktable list: sockets of one's choice. */

import { listSockets } from '../../index.ts'
import type { Command } from '../arguments.ts'
import { explainMissing, heading, plural, print, remark, stdoutWidth } from '../output.ts'
import { formatCsv } from '../print/csv.ts'
import { formatJson } from '../print/json.ts'
import { formatTable } from '../print/table.ts'
import { sorted } from '../print/text.ts'
import type { Selection } from '../query.ts'

/** What the sockets are called that were shown, and how to see others. */
const SHOWN: Readonly<Record<Selection, readonly [noun: string, hint: string]>> = {
  listening: ['listening socket', '; -a shows all'],
  connected: ['connected socket', '; -l shows listening ones, -a all'],
  all: ['socket', ''],
  matching: ['matching socket', ''],
}

/** Returns the exit code. */
export async function runList(command: Command & { name: 'list' }): Promise<number> {
  const table = await listSockets(command.query)
  const rows = sorted(table.rows)
  if (command.format === 'json') print(formatJson({ ...table, rows }))
  else if (command.format === 'csv') print(formatCsv(rows, !process.stdout.isTTY))
  else if (rows.length > 0) {
    print(formatTable(rows, table.processes, { width: stdoutWidth(), heading }))
  }
  const [noun, hint] = SHOWN[command.selection]
  remark(plural(rows.length, noun) + hint)
  explainMissing(table, command.query.pid)
  return rows.length > 0 ? 0 : 1
}
