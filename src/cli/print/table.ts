/** Rows as a table for people. */

import type { SocketProcess } from '../../index.ts'
import { type Column, type Columns, columnsFor } from './columns.ts'
import type { Row } from './row.ts'
import { cells, cutEnd, padEnd } from './width.ts'

export interface TableLook {
  /** Columns of the terminal; Infinity where nothing has to fit. */
  readonly width: number
  /** Marks text as a heading; returns it unchanged without colour. */
  readonly heading: (text: string) => string
  /** Whether to show why an owner is not known, where its name would stand. Default: false. */
  readonly reasons?: boolean
  /** The rows that columns have to be wide enough for. Default: those that are shown. */
  readonly measured?: readonly Row[]
}

// What columns are left while others can still give way.
const GOOD_ADDRESS = 15
const GOOD_PROCESS = 7
/** As wide as its title. */
const LEAST_PID = 3

/** A column with the width that it has so far. */
interface Fitted {
  readonly column: Column
  width: number
}
type Fits = Readonly<Record<keyof Columns, Fitted>>

function widest(rows: readonly Row[], column: Column, room: number): number {
  return rows.reduce((most, row) => Math.max(most, cells(column.show(row, room))), 0)
}

/** The title, or else as much of its first word as fits. */
function titleIn(title: string, room: number): string {
  return title.length <= room ? title : (title.split(' ')[0] as string).slice(0, room)
}

/** Takes from the columns, from the least important on, until they fit; returns the gap between. */
function fit(all: Fits, rows: readonly Row[], width: number): number {
  let gap = 2
  const excess = () => {
    const widths = Object.values<Fitted>(all).flatMap((each) =>
      each.width > 0 ? [each.width] : [],
    )
    return widths.reduce((sum, each) => sum + each, 0) + (widths.length - 1) * gap - width
  }
  // One cell at a time from the widest, so that columns of one step end up alike.
  const shrink = (least: number, names: readonly (keyof Columns)[]) => {
    if (excess() <= 0) return
    const able = names.map((name) => ({
      fitted: all[name],
      floor: Math.max(least, widest(rows, all[name].column, 0)),
    }))
    while (excess() > 0) {
      const [next] = able
        .filter(({ fitted, floor }) => fitted.width > floor)
        .sort((a, b) => b.fitted.width - a.fitted.width)
      if (next === undefined) return
      next.fitted.width--
    }
  }
  shrink(GOOD_PROCESS, ['process'])
  shrink(LEAST_PID, ['pid'])
  shrink(GOOD_ADDRESS, ['remote', 'local'])
  if (excess() > 0) gap = 1
  shrink(0, ['protocol'])
  shrink(0, ['state'])
  shrink(0, ['process'])
  shrink(0, ['remote', 'local'])
  return gap
}

/** The lines of a table with a header; none is wider than the terminal. */
export function formatTable(
  rows: readonly Row[],
  processes: readonly SocketProcess[],
  { width, heading, reasons = false, measured = rows }: TableLook,
): string {
  const fitted = (column: Column): Fitted => {
    // A column that no row fills is left out.
    const natural = widest(measured, column, width)
    return { column, width: natural === 0 ? 0 : Math.max(natural, column.title.length) }
  }
  const columns = columnsFor(processes, reasons)
  const all: Fits = {
    protocol: fitted(columns.protocol),
    local: fitted(columns.local),
    remote: fitted(columns.remote),
    state: fitted(columns.state),
    pid: fitted(columns.pid),
    process: fitted(columns.process),
  }
  const gap = ' '.repeat(fit(all, measured, width))
  const shown = Object.values<Fitted>(all).filter((each) => each.width > 0)
  const join = (texts: readonly string[]) => cutEnd(texts.join(gap).trimEnd(), width)

  const header = join(
    shown.map(({ column, width: room }) => padEnd(titleIn(column.title, room), room)),
  )
  const lines = rows.map((row) =>
    join(
      shown.map(({ column, width: room }) =>
        padEnd(column.show(row, width === Infinity ? Infinity : room), room),
      ),
    ),
  )
  return [heading(header), ...lines].map((line) => `${line}\n`).join('')
}
