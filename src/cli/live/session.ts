/** The live table at work: changes and keys come in, pictures go out. */

import type { Include, SocketChanges, SocketRow, WatchOptions } from '../../index.ts'
import { explainPort, listSockets, processInfo, terminate, watchSockets } from '../../index.ts'
import { usersOf } from '../../users.ts'
import { plural } from '../output.ts'
import { nameOf, outcomeOf } from '../print/process.ts'
import type { Row } from '../print/row.ts'
import { escapeControls, whyUnknown } from '../print/text.ts'
import { wrap } from '../print/width.ts'
import { draw, roomFor, roomForPage } from './draw.ts'
import { type Entry, LiveTable } from './live-table.ts'
import { Terminal } from './terminal.ts'
import { FIRST_VIEW, type Key, type View, type Wish, arrange, press } from './view.ts'

const INTERRUPTED = 130

function lackOf({ missing, hidden }: SocketChanges<Include>): string {
  if (hidden.sockets > 0) return `${plural(hidden.sockets, 'owner')} hidden by permission`
  return missing.length > 0 ? `not complete (${missing.join(', ')})` : ''
}

/** Whether the process that the row names has the socket still. */
async function isHeld(row: Row, pid: number): Promise<boolean> {
  const { protocol, localPort } = row
  const { rows } = await listSockets({ protocol, localPort, pid, bound: true })
  const same = ({ localAddress, remoteAddress, remotePort }: SocketRow) =>
    localAddress === row.localAddress &&
    remoteAddress === row.remoteAddress &&
    remotePort === row.remotePort
  return rows.some(same)
}

class Session {
  readonly #table = new LiveTable()
  readonly #watcher
  readonly #terminal: Terminal
  #view: View = FIRST_VIEW
  #shown: readonly Entry[] = []
  #sockets = 0
  #lacks = ''
  /** What is left of a text that stands where the table was. */
  #page: readonly string[] = []
  #notice: string | null = 'reading the table'
  /** What a yes to the question in the last line does. */
  #agreed: (() => Promise<void>) | null = null
  #isRead = false
  #keys = 0
  #timer: NodeJS.Timeout | undefined
  #code = 0

  constructor(query: WatchOptions) {
    this.#watcher = watchSockets(query)
    this.#terminal = new Terminal({
      key: (key) => {
        this.#press(key)
      },
      resized: () => {
        this.#paint()
      },
      gone: () => {
        this.#end(0)
      },
    })
  }

  /** Returns the exit code. */
  async run(): Promise<number> {
    try {
      this.#paint()
      for await (const changes of this.#watcher) {
        this.#table.apply(changes, performance.now())
        this.#sockets = changes.sockets
        this.#lacks = lackOf(changes)
        if (!this.#isRead) this.#notice = null
        this.#isRead = true
        this.#refresh()
      }
      return this.#code
    } finally {
      clearTimeout(this.#timer)
      this.#terminal.close()
    }
  }

  #end(code: number): void {
    this.#code = code
    this.#watcher.close()
  }

  /** Shows what the table has now, and again when the next mark goes. */
  #refresh(): void {
    const now = performance.now()
    const next = this.#table.expire(now)
    clearTimeout(this.#timer)
    if (next !== Infinity) {
      this.#timer = setTimeout(() => {
        this.#refresh()
      }, next - now)
    }
    this.#arrange()
  }

  #arrange(): void {
    this.#shown = arrange(this.#table.entries, this.#view)
    this.#paint()
  }

  #paint(): void {
    const { columns, lines } = this.#terminal
    const picture = {
      view: this.#view,
      shown: this.#shown,
      processes: this.#table.processes,
      sockets: this.#sockets,
      lacks: this.#lacks,
      page: this.#page,
      notice: this.#notice,
      columns,
      lines,
    }
    this.#terminal.paint(draw(picture))
  }

  #press(key: Key): void {
    const { view, wish } = press(this.#view, key, this.#shown, roomFor(this.#terminal.lines))
    if (wish === 'interrupt') {
      this.#end(INTERRUPTED)
      return
    }
    if (wish === 'suspend') {
      if (process.platform !== 'win32') this.#terminal.suspend()
      return
    }
    this.#keys++
    const agreed = this.#agreed
    this.#agreed = null
    this.#notice = null
    if (this.#page.length > 0) {
      this.#showPage(this.#page.slice(roomForPage(this.#terminal.lines)))
      return
    }
    if (agreed !== null) {
      if (key.sequence === 'y') this.#do(agreed)
      else this.#say('nothing was done')
      return
    }
    const { sort, descending, filter } = this.#view
    this.#view = view
    if (view.sort !== sort || view.descending !== descending || view.filter !== filter) {
      this.#arrange()
    } else {
      this.#paint()
    }
    this.#grant(wish)
  }

  #grant(wish: Wish): void {
    if (wish === 'quit') {
      this.#end(0)
      return
    }
    if (wish === null) return
    const row = this.#shown.find(({ id }) => id === this.#view.selected)?.row
    if (row === undefined) {
      this.#say('choose a socket first, with the arrow keys')
      return
    }
    this.#do(() => (wish === 'kill' ? this.#askToEnd(row) : this.#explain(row)))
  }

  #do(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      this.#say(error instanceof Error ? error.message : String(error))
    })
  }

  #say(notice: string): void {
    this.#agreed = null
    this.#notice = escapeControls(notice)
    this.#paint()
  }

  #ask(question: string, agreed: () => Promise<void>): void {
    this.#say(question)
    this.#agreed = agreed
  }

  #showPage(page: readonly string[]): void {
    this.#page = page
    const isLast = page.length <= roomForPage(this.#terminal.lines)
    if (page.length > 0) this.#say(isLast ? 'any key goes back' : 'any key goes on')
    else this.#paint()
  }

  async #explain({ localPort, protocol, localAddress }: Row): Promise<void> {
    const { text } = await explainPort(localPort, { protocol, host: localAddress })
    const { columns } = this.#terminal
    const wrapped = escapeControls(text, '\n')
      .split('\n')
      .map((line) => wrap(line, columns).trimEnd())
    this.#showPage(wrapped.join('\n').split('\n'))
  }

  async #askToEnd(row: Row): Promise<void> {
    const { pid, ownerUnknown, uid = null } = row
    if (pid === null) {
      const hidden = { ownerUnknown, uid }
      this.#say(whyUnknown(hidden, await usersOf([hidden])))
      return
    }
    // In this order: whoever gets the PID later is not the one that is asked about.
    const keys = this.#keys
    const process = await processInfo(pid)
    if (process === null || !(await isHeld(row, pid))) {
      this.#say(`process ${pid} has that socket no longer`)
      return
    }
    const { processes } = await terminate(process, { dryRun: true })
    if (processes.every(({ outcome }) => outcome !== 'would-be-terminated')) {
      this.#say(processes.map(outcomeOf).join('; '))
      return
    }
    // Who presses other keys meanwhile has something else in mind by now.
    if (keys !== this.#keys) return
    this.#ask(`End ${nameOf(process)}? y/N`, async () => {
      this.#say(`ending ${nameOf(process)} ...`)
      const { processes: ended } = await terminate(process)
      this.#say(ended.map(outcomeOf).join('; '))
    })
  }
}

/** Shows the table on the terminal until it is left; returns the exit code. */
export const runLive = (query: WatchOptions): Promise<number> => new Session(query).run()
