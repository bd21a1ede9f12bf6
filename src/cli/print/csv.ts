/** Rows as comma-separated values (RFC 4180), with the API's names as the header. */

import type { SocketRow } from '../../index.ts'

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
] as const satisfies readonly (keyof SocketRow)[]

function field(value: SocketRow[keyof SocketRow]): string {
  if (value === null) return ''
  const text = typeof value === 'object' ? value.join(' ') : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function formatCsv(rows: readonly SocketRow[]): string {
  const lines = rows.map((row) => COLUMNS.map((column) => field(row[column])).join(','))
  return [COLUMNS.join(','), ...lines].map((line) => `${line}\r\n`).join('')
}
