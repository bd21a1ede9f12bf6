/** What the live table shows of its sockets, and what the keys do about that. Pure. */

import type { Row } from '../print/row.ts'
import { byPort } from '../print/text.ts'
import type { Entry } from './live-table.ts'

/** The columns, in the order in which they stand, each with what it is sorted by. */
export const SORTS = ['protocol', 'local', 'remote', 'state', 'pid', 'process'] as const
export type Sort = (typeof SORTS)[number]

const KEYS: Readonly<Record<Sort, (row: Row) => string | number>> = {
  protocol: ({ protocol, family }) => protocol + family,
  local: ({ localPort }) => localPort,
  remote: ({ remoteAddress }) => remoteAddress ?? '',
  state: ({ state }) => state ?? '',
  pid: ({ pid }) => pid ?? Infinity,
  process: ({ processName }) => processName ?? '\uffff',
}

/** What the person at the terminal has chosen. */
export interface View {
  readonly sort: Sort
  readonly descending: boolean
  readonly filter: string
  /** Whether keys are letters of the filter now. */
  readonly typing: boolean
  /** The id of the entry that keys act on. */
  readonly selected: number | null
}

export const FIRST_VIEW: View = {
  sort: 'local',
  descending: false,
  filter: '',
  typing: false,
  selected: null,
}

/** All that a person may look for in a row, in small letters. */
function textOf({ row }: Entry): string {
  const { protocol, family, localAddress, localPort, remoteAddress, remotePort } = row
  const remote = remoteAddress === null ? '' : `${remoteAddress}:${remotePort ?? ''}`
  const version = family === 'IPv6' ? '6' : ''
  const process = `${row.pids.join(' ')} ${row.processName ?? ''} ${row.service ?? ''}`
  const text = `${protocol}${version} ${localAddress}:${localPort} ${remote} ${row.state ?? ''}`
  return `${text} ${process}`.toLowerCase()
}

/** The entries that have every word of the filter, in the order that was chosen. */
export function arrange(entries: readonly Entry[], view: View): Entry[] {
  const words = view.filter
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '')
  const matches = (entry: Entry): boolean => {
    const text = textOf(entry)
    return words.every((word) => text.includes(word))
  }
  const kept = words.length === 0 ? entries : entries.filter(matches)
  const key = KEYS[view.sort]
  const compare = ({ row: a }: Entry, { row: b }: Entry): number => {
    const [one, other] = [key(a), key(b)]
    return one === other ? byPort(a, b) : one < other ? -1 : 1
  }
  const arranged = [...kept].sort(compare)
  return view.descending ? arranged.reverse() : arranged
}

/** A key as node:readline tells it. */
export interface Key {
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
  readonly sequence?: string | undefined
}

/** What a key asks for beyond the view. */
export type Wish = 'quit' | 'interrupt' | 'suspend' | 'explain' | 'kill' | null

export interface Answer {
  readonly view: View
  readonly wish: Wish
}

const PRINTABLE = /^[^\p{Cc}\p{Cf}]$/u

function typed(view: View, { name, sequence = '' }: Key): View {
  switch (name) {
    case 'return':
    case 'enter':
      return { ...view, typing: false }
    case 'escape':
      return { ...view, typing: false, filter: '' }
    case 'backspace':
      return { ...view, filter: view.filter.slice(0, -1) }
    default:
      return PRINTABLE.test(sequence) ? { ...view, filter: view.filter + sequence } : view
  }
}

const STEPS: Readonly<Record<string, (page: number) => number>> = {
  up: () => -1,
  down: () => 1,
  pageup: (page) => -page,
  pagedown: (page) => page,
  home: () => -Infinity,
  end: () => Infinity,
}

/** Selects the row so many lines further on; the first one where none was selected. */
function moved(view: View, shown: readonly Entry[], step: number): View {
  const last = shown.length - 1
  const now = shown.findIndex(({ id }) => id === view.selected)
  const next = now < 0 ? (step > 1 ? Math.min(last, step) : 0) : now + step
  return { ...view, selected: shown[Math.max(0, Math.min(last, next))]?.id ?? null }
}

function sortedBy(view: View, step: number): View {
  const index = SORTS.indexOf(view.sort) + step + SORTS.length
  return { ...view, sort: SORTS[index % SORTS.length] as Sort }
}

const WISHES: Readonly<Record<string, Wish>> = {
  q: 'quit',
  e: 'explain',
  return: 'explain',
  enter: 'explain',
  k: 'kill',
  delete: 'kill',
}

/** What a key does. `page`: how many rows there is room for. */
export function press(view: View, key: Key, shown: readonly Entry[], page: number): Answer {
  const { name = '', ctrl = false, meta = false, sequence = '' } = key
  if (ctrl && name === 'c') return { view, wish: 'interrupt' }
  if (ctrl && name === 'z') return { view, wish: 'suspend' }
  if (view.typing) {
    const step = STEPS[name]
    const next = step === undefined ? typed(view, key) : moved(view, shown, step(page))
    return { view: next, wish: null }
  }
  // Node.js tells the escape key as one that is pressed with itself.
  if (ctrl || (meta && name !== 'escape')) return { view, wish: null }
  if (sequence === '/') return { view: { ...view, typing: true }, wish: null }
  if (sequence === '<' || name === 'left') return { view: sortedBy(view, -1), wish: null }
  if (sequence === '>' || name === 'right') return { view: sortedBy(view, 1), wish: null }
  if (name === 'r') return { view: { ...view, descending: !view.descending }, wish: null }
  if (name === 'escape') return { view: { ...view, filter: '', selected: null }, wish: null }
  const step = STEPS[name]
  if (step !== undefined) return { view: moved(view, shown, step(page)), wish: null }
  return { view, wish: WISHES[name] ?? null }
}
