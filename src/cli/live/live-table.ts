/** The sockets that a live table shows: those there are, and for a moment those that have closed. */

import type { Include, SocketChanges, SocketProcess } from '../../index.ts'
import type { Row } from '../print/row.ts'

/** What happened to a socket recently. */
export type Mark = 'opened' | 'changed' | 'closed'

export interface Entry {
  /** Another one for each socket; a row's own id may be that of an earlier one. */
  readonly id: number
  readonly row: Row
  /** Null where nothing happened to it recently. */
  readonly mark: Mark | null
  /** When the mark goes, and a closed socket with it; by the clock that `apply` was given. */
  readonly until: number
}

/** How long a mark stays, in milliseconds. */
export const MARKED = 3000

const unmarked = (id: number, row: Row): Entry => ({
  id,
  row,
  mark: null,
  until: Infinity,
})

export class LiveTable {
  readonly #entries = new Map<string, Entry[]>()
  #processes = new Map<number, SocketProcess>()
  /** No socket of the first read is new. */
  #first = true
  #lastId = 0

  get entries(): Entry[] {
    return [...this.#entries.values()].flat()
  }

  get processes(): SocketProcess[] {
    return [...this.#processes.values()]
  }

  apply(changes: SocketChanges<Include>, now: number): void {
    const until = now + MARKED
    for (const row of changes.closed) {
      this.#add({ id: this.#remove(row), row, mark: 'closed', until })
    }
    for (const { before, after } of changes.changed) {
      this.#add({ id: this.#remove(before), row: after, mark: 'changed', until })
    }
    for (const row of changes.shortLived ?? []) {
      this.#add({ id: ++this.#lastId, row, mark: 'closed', until })
    }
    for (const row of changes.opened) {
      const id = ++this.#lastId
      this.#add(this.#first ? unmarked(id, row) : { id, row, mark: 'opened', until })
    }
    this.#first = false
    this.#learn(changes.processes)
  }

  /** Removes old marks. Returns when the next one is due; Infinity: none is left. */
  expire(now: number): number {
    let next = Infinity
    for (const [name, entries] of this.#entries) {
      if (entries.every(({ until }) => until === Infinity)) continue
      const left = entries.flatMap((entry): Entry[] => {
        if (entry.until > now) return [entry]
        return entry.mark === 'closed' ? [] : [unmarked(entry.id, entry.row)]
      })
      next = left.reduce((soonest, { until }) => Math.min(soonest, until), next)
      if (left.length > 0) this.#entries.set(name, left)
      else this.#entries.delete(name)
    }
    return next
  }

  #add(entry: Entry): void {
    const name = entry.row.id
    const others = this.#entries.get(name)
    if (others === undefined) this.#entries.set(name, [entry])
    else others.push(entry)
  }

  /** Removes the entry of a socket that is there; returns its id. */
  #remove(row: Row): number {
    const name = row.id
    const entries = this.#entries.get(name) ?? []
    const index = entries.findIndex(({ mark }) => mark !== 'closed')
    const [removed] = index < 0 ? [] : entries.splice(index, 1)
    if (entries.length === 0) this.#entries.delete(name)
    return removed?.id ?? ++this.#lastId
  }

  #learn(processes: readonly SocketProcess[]): void {
    for (const process of processes) this.#processes.set(process.pid, process)
    // Those that no socket has any more are removed now and then.
    if (this.#processes.size < 2 * this.#entries.size + 1000) return
    const pids = new Set(this.entries.flatMap(({ row }) => row.pids))
    this.#processes = new Map([...this.#processes].filter(([pid]) => pids.has(pid)))
  }
}
