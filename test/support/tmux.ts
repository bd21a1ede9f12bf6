/** A terminal of its own that a program runs on, by tmux: keys go in, and what is on the screen comes out. */

import { spawnSync } from 'node:child_process'
import { until } from './children.ts'

let count = 0

// On a terminal of a CI service Node.js takes less colour for granted.
const SHELL_LINE = 'unset CI NO_COLOR; PS1="$ " exec sh'

export class Screen {
  readonly #socket = `socktable-${process.pid}-${count++}`

  /** Opens a terminal with a shell on it. */
  constructor(columns: number, lines: number) {
    const size = ['-x', String(columns), '-y', String(lines)]
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, SHELL_LINE)
  }

  #tmux(...words: string[]): string {
    const command = ['-L', this.#socket, ...words]
    const { status, stdout, stderr } = spawnSync('tmux', command, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`tmux ${words.join(' ')}: ${stderr}`)
    return stdout
  }

  /** Keys by tmux's names for them, such as Enter, C-c or Down. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text)
  }

  /** Types a command line into the shell. */
  command(text: string): void {
    this.type(text)
    this.press('Enter')
  }

  resize(columns: number, lines: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(lines))
  }

  /** What is on the screen; with colours where asked for. */
  text(...options: '-e'[]): string {
    return this.#tmux('capture-pane', '-p', ...options)
  }

  /** Whether the cursor is shown, and whether a program draws on the other screen. */
  modes(): { cursor: boolean; other: boolean } {
    const [cursor, other] = this.#tmux('display-message', '-p', '#{cursor_flag}#{alternate_on}')
    return { cursor: cursor === '1', other: other === '1' }
  }

  /** Waits until the screen shows something; returns all of it. */
  async shows(what: string | RegExp): Promise<string> {
    let text = ''
    const probe = () => {
      text = this.text()
      return typeof what === 'string' ? text.includes(what) : what.test(text)
    }
    await until(`the screen shows ${String(what)}`, probe).catch((error: unknown) => {
      throw new Error(`${String(error)}; it shows:\n${text}`)
    })
    return text
  }

  /** Closes the terminal, as a person closes a window. */
  close(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }
}
