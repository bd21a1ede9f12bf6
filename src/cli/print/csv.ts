/** Rows as comma-separated values (RFC 4180), with the API's names as the header. */

import type { Include, SocketRow } from '../../index.ts'
import { harmless } from './text.ts'

// Named here rather than taken from a row: without rows there is a header all the same.
const COLUMNS = [
  'protocol',
  'family',
  'localAddress',
  'localPort',
  'remoteAddress',
  'remotePort',
  'state',
  'pid',
  'pids',
  'fd',
  'fds',
  'processName',
  'lastPid',
  'ownerUnknown',
  'uid',
  'inode',
  'receiveQueue',
  'sendQueue',
  'backlog',
  'dualStack',
  'interface',
  'createdAt',
  'service',
] as const satisfies readonly (keyof SocketRow<Include>)[]

/** What a spreadsheet takes for a formula, also by the wide forms of these characters. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** Names are chosen by strangers: one that begins like a formula gets an apostrophe in front. */
const inert = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

function field(value: SocketRow<Include>[keyof SocketRow<Include>], linesBreak: boolean): string {
  if (value === null) return ''
  if (typeof value === 'object') return value.join(' ')
  if (typeof value !== 'string') return String(value)
  const text = harmless(inert(value), linesBreak ? '\r\n' : '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Control characters are escaped, since a file is shown on a terminal sooner or later. Line breaks in
 * a name stay, quoted, where `linesBreak` says that no terminal reads this.
 */
export function formatCsv(rows: readonly SocketRow<Include>[], linesBreak = true): string {
  const lines = rows.map((row) => COLUMNS.map((column) => field(row[column], linesBreak)).join(','))
  return [COLUMNS.join(','), ...lines].map((line) => `${line}\r\n`).join('')
}
