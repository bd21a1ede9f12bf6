/** Where the command writes: its streams, their width and colour, and what it reports beside a table. */

import { styleText } from 'node:util'
import type { Include, ListOptions, SocketTable, TableReport } from '../index.ts'
import { remedyFor } from '../permission.ts'
import { escapeControls } from './print/text.ts'
import { wrap } from './print/width.ts'

/** True where colour is wanted: on a terminal that has it, and never against NO_COLOR. */
export function hasColor(stream: NodeJS.WriteStream): boolean {
  // Node would let FORCE_COLOR override both. As in Node 20, NO_COLOR counts even where it is empty.
  const { NO_COLOR, TERM } = process.env
  return stream.isTTY && NO_COLOR === undefined && TERM !== 'dumb' && stream.hasColors()
}

/** The columns of a terminal, and Infinity for anything else, where nothing has to fit. */
function widthOf(stream: NodeJS.WriteStream): number {
  // A terminal that doesn't know its size says 0.
  return stream.isTTY ? stream.columns || 80 : Infinity
}

export const stdoutWidth = (): number => widthOf(process.stdout)

export function heading(text: string): string {
  return hasColor(process.stdout) ? styleText('bold', text) : text
}

export function print(text: string): void {
  process.stdout.write(text)
}

/** How much is written in one call, in characters. */
const CHUNK = 1 << 16

/** Prints many short texts in few writes, without making one text of all. */
export function printAll(texts: Iterable<string>): void {
  let chunk = ''
  for (const text of texts) {
    chunk += text
    if (chunk.length < CHUNK) continue
    process.stdout.write(chunk)
    chunk = ''
  }
  process.stdout.write(chunk)
}

/** A line for the person at the terminal, not for programs. */
export function hint(text: string): void {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return
  const lines = wrap(text, widthOf(process.stderr))
  process.stderr.write(hasColor(process.stderr) ? styleText('dim', lines) : lines)
}

/** One line for an error; it may quote an argument, which may contain anything. */
export function printError(text: string): void {
  process.stderr.write(wrap(`socktable: ${escapeControls(text)}`, widthOf(process.stderr)))
}

export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`

function explainHidden({ processes, sockets }: SocketTable<Include>['hidden']): void {
  // Where --pid names a process that may not be read, it is that process's sockets that are missing.
  const what = sockets > 0 ? `the owner of ${plural(sockets, 'socket')}` : 'some sockets'
  // With hidepid it is not even known how many there are.
  const unread =
    processes === 0
      ? '/proc does not show all processes'
      : `${plural(processes, 'process', 'processes')} could not be read`
  const remedy = process.getuid?.() === 0 ? remedyFor('CAP_SYS_PTRACE') : 'try with sudo'
  printError(`permission hides ${what} (${unread}): ${remedy}`)
}

function explainNetwork(pid: ListOptions['pid']): void {
  const [only, ...others] = [pid ?? []].flat()
  const one = only !== undefined && others.length === 0
  const who = one ? `process ${only}` : 'one of those processes'
  const where = one ? ` ("nsenter --net --target ${only} socktable" shows them)` : ''
  printError(`${who} is in another network namespace: its sockets are not in this table${where}`)
}

/** Reports on stderr what a table lacks; `pid` is the filter that it was read with. */
export function explainMissing({ missing, hidden }: TableReport, pid?: ListOptions['pid']): void {
  for (const what of missing) {
    if (what === 'owners') explainHidden(hidden)
    else if (what === 'netns') explainNetwork(pid)
    else printError(`the table is incomplete: ${WHAT_IS_MISSING[what]}`)
  }
}

const WHAT_IS_MISSING = {
  search: 'the search for some owners was ended early: it would have taken too long',
  sockets: "macOS hides other users' sockets from this one: try with sudo",
  bound:
    'bound sockets that do not listen are reported by Linux 6.8 and later (sock_diag) and macOS alone',
  rows: 'some records of the kernel could not be understood',
  'short-lived': 'too many sockets closed between two reads for all of them to be shown',
  interrupted: 'the sockets changed too fast to be read exactly',
  'pid-namespace':
    'owners are unknown, since /proc belongs to another PID namespace: mount one of this namespace ' +
    '(mount -t proc proc /proc)',
  unexpected: 'a system call failed; NODE_DEBUG=socktable shows which',
} as const
