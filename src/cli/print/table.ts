/** Rows as a table for people. */

import type { SocketRow, SocketTable } from '../../index.ts'
import { endpoint, harmless, protocolName } from './text.ts'

export interface TableLook {
  /** Columns of the terminal; Infinity where nothing has to fit. */
  readonly width: number
  /** Marks text as a heading; returns it unchanged without colour. */
  readonly heading: (text: string) => string
}

const GAP = '  '
const LEAST_ADDRESS = 12
const LEAST_PROCESS = 7
const MOST_PIDS = 3

type Cells = [
  protocol: string,
  local: string,
  remote: string,
  state: string,
  pid: string,
  process: string,
]
const HEADER: Cells = ['PROTO', 'LOCAL ADDRESS', 'REMOTE ADDRESS', 'STATE', 'PID', 'PROCESS']
const LOCAL = 1
const REMOTE = 2
const PROCESS = 5

function cellsOf(row: SocketRow, names: ReadonlyMap<number, string | null>): Cells {
  const local = endpoint(row.localAddress, row.localPort) + (row.dualStack ? ' +v4' : '')
  const remote = row.remoteAddress === null ? '' : endpoint(row.remoteAddress, row.remotePort ?? 0)
  const shown = row.pids.slice(0, MOST_PIDS).join(',')
  const more = row.pids.length > MOST_PIDS ? `+${row.pids.length - MOST_PIDS}` : ''
  const holders = new Set(row.pids.map((pid) => names.get(pid) ?? '?'))
  return [
    protocolName(row),
    local,
    remote,
    row.state ?? '',
    row.pids.length === 0 ? '-' : shown + more,
    row.pids.length === 0 ? '-' : harmless([...holders].join(',')),
  ]
}

/** Cuts the middle out of a text that is too long: both ends of an address matter. */
function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text
  const tail = Math.ceil((width - 1) / 2)
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`
}

function cutEnd(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** Takes from the process first, then from the addresses, until the columns fit. */
function fit(widths: number[], width: number): void {
  const shown = widths.filter((column) => column > 0).length
  let surplus = widths.reduce((sum, column) => sum + column, 0) + (shown - 1) * GAP.length - width
  const shrink = (column: number, least: number) => {
    const taken = Math.min(surplus, Math.max(0, (widths[column] as number) - least))
    if (taken <= 0) return
    widths[column] = (widths[column] as number) - taken
    surplus -= taken
  }
  shrink(PROCESS, LEAST_PROCESS)
  // Both addresses down to the same width before either gets shorter than the other.
  const addresses = [LOCAL, REMOTE].map((column) => widths[column] as number)
  const narrowest = Math.min(...addresses.filter((column) => column > 0))
  for (const least of [Math.max(narrowest, LEAST_ADDRESS), LEAST_ADDRESS]) {
    shrink(REMOTE, least)
    shrink(LOCAL, least)
  }
}

/** The lines of a table with a header; none is wider than the terminal. */
export function formatTable(
  rows: readonly SocketRow[],
  processes: SocketTable['processes'],
  { width, heading }: TableLook,
): string {
  const names = new Map(processes.map(({ pid, name }) => [pid, name]))
  const lines = [HEADER, ...rows.map((row) => cellsOf(row, names))]
  const widths = HEADER.map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] as string).length)),
  )
  // A column that no row fills is left out.
  for (const column of [REMOTE, REMOTE + 1]) {
    if (rows.every((row) => cellsOf(row, names)[column] === '')) widths[column] = 0
  }
  fit(widths, width)

  const text = lines.map((cells, index) => {
    const parts = cells.flatMap((cell, column) => {
      const columnWidth = widths[column] as number
      if (columnWidth === 0) return []
      const address = column === LOCAL || column === REMOTE
      const cut = address ? cutMiddle(cell, columnWidth) : cutEnd(cell, columnWidth)
      return [column === PROCESS ? cut : cut.padEnd(columnWidth)]
    })
    const line = cutEnd(parts.join(GAP).trimEnd(), width)
    return index === 0 ? heading(line) : line
  })
  return `${text.join('\n')}\n`
}
