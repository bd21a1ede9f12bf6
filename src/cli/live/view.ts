/** What the live table shows of its sockets, and what the keys change. Pure. */

import type { Row } from '../print/row.ts'
import { byPort } from '../print/text.ts'
import type { Entry } from './live-table.ts'

/** The columns that rows can be sorted by, in the order on the screen. */
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

/** All text that a filter searches in a row, in lower case. */
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

/** A key as node:readline reports it. */
export interface Key {
  readonly name?: string | undefined
  readonly ctrl?: boolean | undefined
  readonly meta?: boolean | undefined
  readonly sequence?: string | undefined
}

/** What a key does beyond the view. */
export type Action = 'quit' | 'interrupt' | 'suspend' | 'explain' | 'kill' | null

export interface Pressed {
  readonly view: View
  readonly action: Action
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

const ACTIONS: Readonly<Record<string, Action>> = {
  q: 'quit',
  e: 'explain',
  return: 'explain',
  enter: 'explain',
  k: 'kill',
  delete: 'kill',
}

/** What a key does. `page`: how many rows there is room for. */
export function press(view: View, key: Key, shown: readonly Entry[], page: number): Pressed {
  const { name = '', ctrl = false, meta = false, sequence = '' } = key
  if (ctrl && name === 'c') return { view, action: 'interrupt' }
  if (ctrl && name === 'z') return { view, action: 'suspend' }
  if (view.typing) {
    const step = STEPS[name]
    const next = step === undefined ? typed(view, key) : moved(view, shown, step(page))
    return { view: next, action: null }
  }
  // Node.js reports the escape key with `meta`.
  if (ctrl || (meta && name !== 'escape')) return { view, action: null }
  if (sequence === '/') return { view: { ...view, typing: true }, action: null }
  if (sequence === '<' || name === 'left') return { view: sortedBy(view, -1), action: null }
  if (sequence === '>' || name === 'right') return { view: sortedBy(view, 1), action: null }
  if (name === 'r') return { view: { ...view, descending: !view.descending }, action: null }
  if (name === 'escape') return { view: { ...view, filter: '', selected: null }, action: null }
  const step = STEPS[name]
  if (step !== undefined) return { view: moved(view, shown, step(page)), action: null }
  return { view, action: ACTIONS[name] ?? null }
}
