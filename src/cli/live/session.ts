/** The live table at work: changes and keys come in, pictures go out. */

import type { Include, SocketChanges, WatchOptions } from '../../index.ts'
import { watchSockets } from '../../index.ts'
import { plural } from '../output.ts'
import type { Row } from '../print/row.ts'
import { escapeControls } from '../print/text.ts'
import { explanationOf, planEnding } from './actions.ts'
import { draw, roomFor, roomForPage } from './draw.ts'
import { type Entry, LiveTable } from './live-table.ts'
import { Terminal } from './terminal.ts'
import { type Action, FIRST_VIEW, type Key, type View, arrange, press } from './view.ts'

const INTERRUPTED = 130

function whatIsMissing({ missing, hidden }: SocketChanges<Include>): string {
  if (hidden.sockets > 0) return `${plural(hidden.sockets, 'owner')} hidden by permission`
  return missing.length > 0 ? `incomplete (${missing.join(', ')})` : ''
}

class Session {
  readonly #table = new LiveTable()
  readonly #watcher
  readonly #terminal: Terminal
  #view: View = FIRST_VIEW
  #shown: readonly Entry[] = []
  #sockets = 0
  #missing = ''
  /** The rest of a text that is shown in place of the table. */
  #page: readonly string[] = []
  #notice: string | null = 'reading the table'
  /** What is done after a yes to the question in the last line. */
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
        this.#missing = whatIsMissing(changes)
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
      missing: this.#missing,
      page: this.#page,
      notice: this.#notice,
      columns,
      lines,
    }
    this.#terminal.paint(draw(picture))
  }

  #press(key: Key): void {
    const { view, action } = press(this.#view, key, this.#shown, roomFor(this.#terminal.lines))
    if (action === 'interrupt') {
      this.#end(INTERRUPTED)
      return
    }
    if (action === 'suspend') {
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
    const same = view.sort === sort && view.descending === descending && view.filter === filter
    if (same) this.#paint()
    else this.#arrange()
    this.#perform(action)
  }

  #perform(action: Action): void {
    if (action === 'quit') this.#end(0)
    if (action === 'quit' || action === null) return
    const row = this.#shown.find(({ id }) => id === this.#view.selected)?.row
    if (row === undefined) {
      this.#say('select a socket first, with the arrow keys')
      return
    }
    this.#do(() => (action === 'kill' ? this.#askToEnd(row) : this.#explain(row)))
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
    if (page.length > 0) this.#say(isLast ? 'press any key to go back' : 'press any key for more')
    else this.#paint()
  }

  async #explain(row: Row): Promise<void> {
    this.#showPage(await explanationOf(row, this.#terminal.columns))
  }

  async #askToEnd(row: Row): Promise<void> {
    const keys = this.#keys
    const planned = await planEnding(row)
    if (typeof planned === 'string') {
      this.#say(planned)
      return
    }
    // After other keys the question would come unexpected.
    if (keys !== this.#keys) return
    this.#ask(`End ${planned.name}? y/N`, async () => {
      this.#say(`ending ${planned.name} ...`)
      this.#say(await planned.end())
    })
  }
}

/** Shows the table on the terminal until the user quits; returns the exit code. */
export const runLive = (query: WatchOptions): Promise<number> => new Session(query).run()
