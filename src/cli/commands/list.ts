/** socktable, and socktable list: the sockets that options choose. */

import { listSockets } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { explainMissing, heading, hint, plural, print, printAll, stdoutWidth } from '../output.ts'
import { csvLines } from '../print/csv.ts'
import { jsonOfTable } from '../print/json.ts'
import { formatTable } from '../print/table.ts'
import { sorted } from '../print/text.ts'
import {
  type Format,
  type Query,
  type Selection,
  fieldsFor,
  filterQuery,
  formatOf,
  selectionOf,
} from '../query.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { LIST_OPTIONS } from '../table-options.ts'

interface ListRequest {
  readonly query: Query
  readonly selection: Selection
  readonly format: Format
}

/** What the sockets are called that were shown, and how to see others. */
const SHOWN: Readonly<Record<Selection, readonly [noun: string, others: string]>> = {
  listening: ['listening socket', '; -a shows all'],
  connected: ['connected socket', '; -l shows listening ones, -a all'],
  all: ['socket', ''],
  matching: ['matching socket', ''],
}

// Options about the output alone ask for what "socktable" alone shows.
const OUTPUT = ['json', 'csv', 'source', 'numeric', 'programs']

export const list: Subcommand = subcommand({
  name: 'list',
  about: `Lists sockets.

As with netstat, these are by default the sockets that have a peer; with --state, --port, --remote-port
or --pid all that match.`,
  usage: ['[OPTIONS]      (the word "list" may be left out)'],
  operands: { noun: 'an operand', most: 0, parse: String },
  options: LIST_OPTIONS,
  notes: `tcp6 and udp6 are IPv6 sockets; "[::]:80 +v4" takes IPv4 connections as well. "7,8+3" are five
processes that share a socket. A PID of "-" means that no process holds the socket or that it is hidden;
"socktable who" gives the reason in words, --json and --csv give it as "ownerUnknown". On a terminal an
ellipsis stands for what did not fit; ports and PIDs are whole from 40 columns on. Elsewhere nothing is
cut.`,
  exitCodes: { 0: 'something was found', 1: 'nothing was found' },

  request({ options, isNamed }): ListRequest {
    const chosen = Object.entries(options).filter(
      ([, value]) => value !== undefined && value !== false,
    )
    const alone = !isNamed && chosen.every(([name]) => OUTPUT.includes(name))
    const selection = selectionOf(options, alone ? 'listening' : 'connected')
    return { query: filterQuery(options, selection), selection, format: formatOf(options) }
  },

  async run({ query, selection, format }) {
    const table = await listSockets({ ...query, include: fieldsFor(format, selection) })
    const rows = sorted(table.rows)
    if (format === 'json') printAll(jsonOfTable({ ...table, rows }))
    else if (format === 'csv') printAll(csvLines(rows, !process.stdout.isTTY))
    else if (rows.length > 0) {
      print(formatTable(rows, table.processes, { width: stdoutWidth(), heading }))
    }
    const [noun, others] = SHOWN[selection]
    hint(plural(rows.length, noun) + others)
    explainMissing(table, query.pid)
    return rows.length > 0 ? EXIT.yes : EXIT.no
  },
})
