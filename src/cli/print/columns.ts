/** The text in each column of the table, in full and in the room that there is. */

import type { SocketProcess } from '../../index.ts'
import type { Row } from './row.ts'
import { escapeControls } from './text.ts'
import { cells, cutEnd, cutMiddle } from './width.ts'

/** On a terminal, where a socket of a hundred processes would leave no room for anything else. */
const MOST_PIDS = 3
/** Enough to distinguish all states by their first and last letters. */
const LEAST_STATE = 6

export interface Column {
  readonly title: string
  /**
   * The text in at most `room` cells or, where that is too few, in as few as possible:
   * never a part of a port or of a PID, which would be another one.
   */
  show(row: Row, room: number): string
}

function showAddress(address: string, port: number, note: string, room: number): string {
  const host = escapeControls(address.includes(':') ? `[${address}]` : address)
  const rest = `:${port}${note}`
  if (cells(host) + rest.length <= room) return host + rest
  if (rest.length < room) return cutMiddle(host, room - rest.length) + rest
  return `${cutMiddle(host, Math.max(1, room - rest.length + note.length))}:${port}`
}

function showPids(pids: readonly number[], room: number): string {
  if (pids.length === 0) return '-'
  const most = room === Infinity ? pids.length : Math.min(pids.length, MOST_PIDS)
  const first = (count: number) =>
    pids.slice(0, count).join(',') + (count < pids.length ? `+${pids.length - count}` : '')
  for (let count = most; count > 1; count--) {
    if (first(count).length <= room) return first(count)
  }
  return first(1)
}

/** The protocol as netstat names it. */
const PROTOCOL: Column = {
  title: 'PROTO',
  show: ({ protocol, family }) => (family === 'IPv6' ? `${protocol}6` : protocol),
}

const LOCAL: Column = {
  title: 'LOCAL ADDRESS',
  show: ({ localAddress, localPort, dualStack }, room) =>
    showAddress(localAddress, localPort, dualStack === true ? ' +v4' : '', room),
}

const REMOTE: Column = {
  title: 'REMOTE ADDRESS',
  show: ({ remoteAddress, remotePort }, room) =>
    remoteAddress === null ? '' : showAddress(remoteAddress, remotePort ?? 0, '', room),
}

const STATE: Column = {
  title: 'STATE',
  show: ({ state }, room) => cutMiddle(state ?? '', Math.max(room, LEAST_STATE)),
}

const PID: Column = { title: 'PID', show: ({ pids }, room) => showPids(pids, room) }

/** The names of all holders; with `reasons`, why there are none. */
function processColumn(processes: readonly SocketProcess[], reasons: boolean): Column {
  const names = new Map(processes.map(({ pid, name }) => [pid, name]))
  return {
    title: 'PROCESS',
    show: ({ pids, ownerUnknown, service = null }, room) => {
      if (ownerUnknown !== null) return cutEnd(reasons ? `(${ownerUnknown})` : '-', room)
      const holders = new Set(pids.map((pid) => names.get(pid) ?? '?'))
      const what = service === null ? '' : ` (${service})`
      return cutEnd(escapeControls([...holders].join(',') + what), room)
    },
  }
}

export interface Columns {
  readonly protocol: Column
  readonly local: Column
  readonly remote: Column
  readonly state: Column
  readonly pid: Column
  readonly process: Column
}

/** The columns from left to right. */
export function columnsFor(processes: readonly SocketProcess[], reasons: boolean): Columns {
  return {
    protocol: PROTOCOL,
    local: LOCAL,
    remote: REMOTE,
    state: STATE,
    pid: PID,
    process: processColumn(processes, reasons),
  }
}
