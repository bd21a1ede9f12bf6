/** A terminal whose whole screen is drawn on, and restored however the program ends. */

import { constants } from 'node:os'
import { emitKeypressEvents } from 'node:readline'
import { styleText } from 'node:util'
import { hasColor } from '../output.ts'
import type { Line, Style } from './draw.ts'
import type { Key } from './view.ts'

// The other screen, no cursor, no wrapping of long lines; and all of it back (ECMA-48, xterm's ctlseqs).
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const END_OF_LINE = '\x1b[K'

const STYLES: Readonly<Record<Exclude<Style, null>, Parameters<typeof styleText>[0]>> = {
  title: 'bold',
  selected: 'inverse',
  opened: 'green',
  changed: 'yellow',
  closed: 'red',
}

/** Signals that end a program; SIGHUP and SIGBREAK come when a terminal is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGHUP', 'SIGBREAK'] as const

export interface Listener {
  key(key: Key): void
  resized(): void
  /** The terminal is gone. */
  gone(): void
}

export class Terminal {
  readonly #input = process.stdin
  readonly #output = process.stdout
  readonly #listener: Listener
  #entered = false
  #closed = false

  readonly #onKey = (_text: unknown, key: Key): void => {
    this.#listener.key(key)
  }
  readonly #onResize = (): void => {
    this.#listener.resized()
  }
  readonly #onGone = (): void => {
    this.#listener.gone()
  }
  readonly #onExit = (): void => {
    this.#restore()
  }
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.close()
    // Windows sends no signals: process.kill() would end any process immediately, or refuse.
    if (process.platform === 'win32') process.exit(128 + constants.signals[signal])
    process.kill(process.pid, signal)
  }
  readonly #onContinue = (): void => {
    this.#enter()
    this.#listener.resized()
  }

  constructor(listener: Listener) {
    this.#listener = listener
    emitKeypressEvents(this.#input)
    this.#input.on('keypress', this.#onKey).on('end', this.#onGone).on('error', this.#onGone)
    this.#output.on('resize', this.#onResize).on('error', this.#onGone)
    process.on('exit', this.#onExit)
    for (const signal of SIGNALS) process.on(signal, this.#onSignal)
    process.on('SIGCONT', this.#onContinue)
    this.#enter()
  }

  get columns(): number {
    return this.#output.columns || 80
  }

  get lines(): number {
    return this.#output.rows || 24
  }

  /** Draws, unless the terminal is the shell's now. */
  paint(lines: readonly Line[]): void {
    if (!this.#entered) return
    const color = hasColor(this.#output)
    // Behind a line that is as wide as the terminal it would take the last character.
    const texts = lines.map(({ text, style }) => {
      const styled = style === null || !color ? text : styleText(STYLES[style], text)
      return END_OF_LINE + styled
    })
    this.#output.write(HOME + texts.join('\r\n'))
  }

  /** Gives the terminal to the shell until that hands it back. */
  suspend(): void {
    this.#restore()
    // As the terminal does at Ctrl-Z: the parent process, such as npx, stops too.
    process.kill(0, 'SIGTSTP')
    // Where no shell waits (a session of its own: ssh -t, tmux), the system stops no process.
    setTimeout(() => {
      if (!this.#closed && !this.#entered) this.#onContinue()
    }, 100)
  }

  close(): void {
    this.#closed = true
    this.#restore()
    this.#input.off('keypress', this.#onKey).off('end', this.#onGone).off('error', this.#onGone)
    this.#output.off('resize', this.#onResize).off('error', this.#onGone)
    process.off('exit', this.#onExit)
    process.off('SIGCONT', this.#onContinue)
    for (const signal of SIGNALS) process.off(signal, this.#onSignal)
  }

  #enter(): void {
    this.#entered = true
    // A shell may have changed it since, which Node.js does not know.
    this.#input.setRawMode(false)
    this.#input.setRawMode(true)
    this.#input.resume()
    this.#output.write(ENTER)
  }

  #restore(): void {
    if (!this.#entered) return
    this.#entered = false
    this.#output.write(LEAVE)
    this.#input.setRawMode(false)
    this.#input.pause()
  }
}
