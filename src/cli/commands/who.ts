/** socktable who PORT: which processes use a local port. */

import type { SocketProcess } from '../../index.ts'
import { listSockets } from '../../index.ts'
import { serverSockets } from '../../ports/server-sockets.ts'
import { type UserNames, usersOf } from '../../users.ts'
import { EXIT } from '../exit-codes.ts'
import { explainMissing, heading, hint, print, printAll, stdoutWidth } from '../output.ts'
import { csvLines } from '../print/csv.ts'
import { jsonOfTable } from '../print/json.ts'
import type { Row } from '../print/row.ts'
import { formatTable } from '../print/table.ts'
import { sorted, whyUnknown } from '../print/text.ts'
import { wrap } from '../print/width.ts'
import { type Format, type Query, fieldsFor, formatOf, kindQuery } from '../query.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { KIND_OPTIONS, OUTPUT_OPTIONS } from '../table-options.ts'
import { parsePort } from '../values.ts'

interface WhoRequest {
  readonly port: number
  readonly query: Query
  readonly format: Format
}

/** The process that Windows shows for sockets of its own. */
const WINDOWS_ITSELF = 4
const ABOUT_WINDOWS =
  'PID 4 is Windows itself. Most often that is http.sys, which serves for other programs: ' +
  '"netsh http show servicestate" names them, from an administrator\'s prompt.'

/** What sockets are called that are not a server's. */
function clientsIn(rows: readonly Row[]): string {
  return rows.some(({ remoteAddress }) => remoteAddress === null)
    ? 'clients and connections'
    : 'connections'
}

/** The table, and below it each reason for an unknown owner once, in plain words. */
function section(
  rows: readonly Row[],
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

/** Splits rows into those that take the port and those of clients that happen to use it. */
function split(rows: readonly Row[], { protocol }: Query): readonly [Row[], Row[]] {
  // It listens, is bound, or awaits datagrams; where TCP was asked for as well, not as a UDP client.
  const isServer = serverSockets(protocol ?? ['tcp', 'udp'])
  const holds = (row: Row) =>
    row.remoteAddress === null && (row.protocol === 'tcp' || isServer(row))
  return [rows.filter(holds), rows.filter((row) => !holds(row))]
}

export const who: Subcommand = subcommand({
  name: 'who',
  about: `Shows which processes use a local port: first those that listen on it or are bound to it, then
clients, whose connections happen to use it.`,
  usage: ['PORT [OPTIONS]      (PORT is 3000 or :3000)'],
  operands: {
    noun: 'a port',
    least: 1,
    most: 1,
    example: '3000',
    parse: (text) => parsePort('the port', text),
  },
  options: { ...KIND_OPTIONS, ...OUTPUT_OPTIONS },
  notes: `Every process that shares a socket is shown. Where none is known, the reason stands in its
place.`,
  examples: [
    'socktable who 3000',
    'socktable who 53 --udp',
    `socktable who 3000 --json | jq '.rows[] | select(.state == "LISTEN").pid'`,
  ],
  exitCodes: { 0: 'something was found', 1: 'nothing was found' },

  request({ options, operands }): WhoRequest {
    const [port = 0] = operands
    const query = { ...kindQuery(options), localPort: port, bound: true }
    return { port, query, format: formatOf(options) }
  },

  async run({ port, query, format }) {
    const table = await listSockets({ ...query, include: fieldsFor(format) })
    const rows = sorted(table.rows)
    const [holders, clients] = split(rows, query)
    if (format === 'json') {
      printAll(jsonOfTable({ port, ...table, rows: [...holders, ...clients] }))
    } else if (format === 'csv') {
      printAll(csvLines([...holders, ...clients], !process.stdout.isTTY))
    } else {
      const width = stdoutWidth()
      const users = await usersOf(rows)
      if (holders.length > 0) print(section(holders, table.processes, users, width))
      if (clients.length > 0) {
        const title =
          holders.length > 0
            ? `\n${clientsIn(clients)} on port ${port}:`
            : `nothing listens on port ${port}; ${clientsIn(clients)} that use it as their local port:`
        print(wrap(title, width) + section(clients, table.processes, users, width))
      }
    }
    if (rows.length === 0) hint(`nothing found on port ${port}`)
    // Bound sockets that may be missing do not matter where the port's holder was found.
    const missing = table.missing.filter((what) => what !== 'bound' || holders.length === 0)
    explainMissing({ ...table, missing })
    return rows.length > 0 ? EXIT.yes : EXIT.no
  },
})
