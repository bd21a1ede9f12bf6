/** Draws the live table: lines that fit the terminal. Pure. */

import type { SocketProcess } from '../../index.ts'
import { plural } from '../output.ts'
import { formatTable } from '../print/table.ts'
import { cutEnd } from '../print/width.ts'
import type { Entry, Mark } from './live-table.ts'
import type { View } from './view.ts'

/** How a line stands out; without colour the marks before it do. */
export type Style = 'title' | 'selected' | Mark | null

export interface Line {
  readonly text: string
  readonly style: Style
}

export interface Picture {
  readonly view: View
  readonly shown: readonly Entry[]
  readonly processes: readonly SocketProcess[]
  /** How many sockets there are, shown or not. */
  readonly sockets: number
  /** What is missing from the table, in a few words; empty: nothing. */
  readonly missing: string
  /** Instead of the table, where there are any: lines of a text. */
  readonly page: readonly string[]
  /** Instead of the line of help: a question or a result. */
  readonly notice: string | null
  readonly columns: number
  readonly lines: number
}

const HELP = 'q quit  / filter  < > sort  r reverse  e explain  k kill'
const GUTTER: Readonly<Record<Mark, string>> = { opened: '+', changed: '*', closed: '-' }
/** The title, the names of the columns and the line at the bottom. */
const OTHER_LINES = 3
// Widths of columns come from this many rows, so that they stay where they are while one scrolls.
const MEASURED = 500

/** How many rows there is room for. */
export const roomFor = (lines: number): number => Math.max(1, lines - OTHER_LINES)

/** How many lines of a text. */
export const roomForPage = (lines: number): number => Math.max(1, lines - 2)

/** The position of the first row that is drawn, so that the selected one is among them. */
function topOf({ view, shown, lines }: Picture): number {
  const selected = shown.findIndex(({ id }) => id === view.selected)
  const room = roomFor(lines)
  const page = Math.floor(Math.max(0, selected) / room)
  return Math.min(page * room, Math.max(0, shown.length - room))
}

function titleOf({ view, shown, sockets, missing }: Picture): string {
  const parts = [`socktable watch: ${plural(sockets, 'socket')}`]
  if (view.filter !== '') parts.push(`${shown.length} shown`)
  parts.push(`by ${view.sort}${view.descending ? ', reversed' : ''}`)
  if (missing !== '') parts.push(missing)
  return parts.join('; ')
}

function bottomOf({ view, notice }: Picture): string {
  if (notice !== null) return notice
  if (view.typing) return `filter: ${view.filter}_   (Enter keeps it, Esc removes it)`
  return view.filter === '' ? HELP : `filter: ${view.filter}   ${HELP}`
}

function tableOf(picture: Picture): Line[] {
  const { shown, processes, columns, lines, view } = picture
  const top = topOf(picture)
  const drawn = shown.slice(top, top + roomFor(lines))
  const measured = shown.slice(0, MEASURED).map(({ row }) => row)
  const text = formatTable(
    drawn.map(({ row }) => row),
    processes,
    { width: columns - 2, heading: (header) => header, reasons: true, measured },
  )
  const [header = '', ...rows] = text.split('\n').slice(0, -1)
  return [
    { text: `  ${header}`, style: 'title' },
    ...rows.map((row, index): Line => {
      const { id, mark } = drawn[index] as Entry
      const selected = id === view.selected
      const gutter = (selected ? '>' : ' ') + (mark === null ? ' ' : GUTTER[mark])
      return { text: gutter + row, style: selected ? 'selected' : mark }
    }),
  ]
}

/** As many lines as the terminal has, none wider than it. */
export function draw(picture: Picture): Line[] {
  const { page, columns, lines } = picture
  const text = page.map((line): Line => ({ text: line, style: null }))
  const body = text.length > 0 ? text : tableOf(picture)
  const room = Math.max(0, lines - 2)
  const filled = Array.from(
    { length: room },
    (_, index) => body[index] ?? { text: '', style: null },
  )
  const all: Line[] = [
    { text: titleOf(picture), style: 'title' },
    ...filled,
    { text: bottomOf(picture), style: picture.notice === null ? null : 'title' },
  ]
  return all.slice(-lines).map(({ text, style }) => ({ text: cutEnd(text, columns), style }))
}
