/** Rows as comma-separated values (RFC 4180), with the API's names as the header. */

import type { Include, SocketRow } from '../../index.ts'
import type { Row } from './row.ts'
import { escapeControls } from './text.ts'

// Named here rather than taken from a row: without rows there is a header all the same.
const COLUMNS = [
  'id',
  'family',
  'protocol',
  'localAddress',
  'localPort',
  'remoteAddress',
  'remotePort',
  'state',
  'direction',
  'pid',
  'pids',
  'fd',
  'fds',
  'processName',
  'ownerUnknown',
  'uid',
  'inode',
  'interface',
  'receiveQueue',
  'sendQueue',
  'backlog',
  'dualStack',
  'createdAt',
  'lastPid',
  'service',
] as const satisfies readonly (keyof SocketRow<Include>)[]

/** What a spreadsheet reads as a formula, also in the wide forms of these characters. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** Other people choose names: one that begins like a formula gets an apostrophe in front. */
const noFormula = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

function field(value: Row[keyof Row], linesBreak: boolean): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'object') return value.join(' ')
  if (typeof value !== 'string') return String(value)
  const text = escapeControls(noFormula(value), linesBreak ? '\r\n' : '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Control characters are escaped, since a file is shown on a terminal sooner or later. Line breaks in
 * a name stay, quoted, where `linesBreak` says that no terminal reads this.
 */
export function* csvLines(rows: readonly Row[], linesBreak = true): Generator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  for (const row of rows) {
    yield `${COLUMNS.map((column) => field(row[column], linesBreak)).join(',')}\r\n`
  }
}
