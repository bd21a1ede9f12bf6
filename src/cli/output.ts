/** Where the command writes: its streams, their width and colour, and the hints that go with a table. */

import { styleText } from 'node:util'
import type { SocketTable } from '../index.ts'

/** True where colour is welcome: on a terminal that has it, and never against NO_COLOR. */
function hasColor(stream: NodeJS.WriteStream): boolean {
  // An empty NO_COLOR counts as none: https://no-color.org
  return stream.isTTY && !process.env['NO_COLOR'] && stream.hasColors()
}

export const stdoutWidth = (): number =>
  process.stdout.isTTY ? Math.max(process.stdout.columns || 80, 1) : Infinity

export function heading(text: string): string {
  return hasColor(process.stdout) ? styleText('bold', text) : text
}

export function print(text: string): void {
  process.stdout.write(text)
}

/** A line for the person at the terminal, nothing that a program should read. */
export function remark(text: string): void {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return
  process.stderr.write(`${hasColor(process.stderr) ? styleText('dim', text) : text}\n`)
}

export function complain(text: string): void {
  process.stderr.write(`socktable: ${text}\n`)
}

export const plural = (count: number, noun: string, nouns = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : nouns}`

/** Says on stderr what a table lacks. */
export function explainMissing({ missing, hidden }: SocketTable): void {
  for (const what of missing) {
    if (what === 'owners') {
      const processes = plural(hidden.processes, 'process', 'processes')
      const remedy = process.getuid?.() === 0 ? 'that takes CAP_SYS_PTRACE' : 'try with sudo'
      complain(
        `permission hides the owner of ${plural(hidden.sockets, 'socket')} ` +
          `(${processes} could not be read): ${remedy}`,
      )
    } else {
      complain(`the table is not complete: ${WHAT_IS_MISSING[what]}`)
    }
  }
}

const WHAT_IS_MISSING = {
  bound: 'bound sockets are told by sock_diag on Linux 6.8 and later only',
  rows: 'some records of the kernel could not be understood',
  interrupted: 'the sockets changed too fast to be read exactly',
  unexpected: 'a system call failed; NODE_DEBUG=socktable says which',
} as const
