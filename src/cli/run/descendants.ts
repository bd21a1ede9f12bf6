/** Ends the processes that a program left behind, also those in the background. */

import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessRecord } from '../../index.ts'
import { terminate } from '../../index.ts'
import { type Bond, readOffspring, reapAdopted } from '../../processes/offspring.ts'
import { printError, plural } from '../output.ts'
import { nameOf } from '../print/process.ts'

const GRACE = 5000
const MOST_ROUNDS = 20
/** Where orphans get another parent, they have to be found before that; in milliseconds. */
const LOOK_EVERY = 300

const key = ({ pid, startTime }: ProcessRecord): string => `${pid} ${startTime}`

export class Descendants {
  readonly #bond: Bond
  /** Where orphans get another parent: all descendants that were seen. */
  readonly #seen = new Map<string, ProcessRecord>()
  readonly #forced = new AbortController()
  readonly #child: number | undefined
  #watching: NodeJS.Timeout | undefined

  /** The descendants of a process that was started here. */
  constructor(child: ChildProcess, bond: Bond) {
    this.#child = child.pid
    this.#bond = bond
    if (bond === 'adopts') process.on('SIGCHLD', this.#onEnd)
    if (bond !== 'none') return
    this.#watching = setInterval(() => {
      this.#look().catch(() => undefined) // the next look may succeed
    }, LOOK_EVERY).unref()
  }

  readonly #onEnd = (): void => {
    reapAdopted(this.#child)
  }

  /** Stops waiting for any of them, and forces the program as well. */
  async force(): Promise<void> {
    this.#forced.abort()
    const child = (await this.#look()).find(({ pid }) => pid === this.#child)
    if (child !== undefined) await this.#end(child, 'SIGKILL')
  }

  async #look(): Promise<ProcessRecord[]> {
    const found = await readOffspring(this.#child)
    if (this.#bond !== 'none') return found
    for (const record of found) this.#seen.set(key(record), record)
    return [...this.#seen.values()]
  }

  /** Asks one of them, and what descends from it, to end, and forces what does not. */
  async #end(record: ProcessRecord, killSignal: NodeJS.Signals): Promise<void> {
    const options = { killSignal, tree: true, allow: ['system', 'proxies'] } as const
    const { signal } = this.#forced
    const timeout = signal.aborted ? 0 : GRACE
    const asked = { ...options, timeout, ...(signal.aborted ? {} : { signal }) }
    await terminate(record, asked).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }

  /** Ends all of them; `killSignal` asks first. Reports those that could not be ended. */
  async end(killSignal: NodeJS.Signals): Promise<void> {
    clearInterval(this.#watching)
    // The system ends them with this process.
    if (this.#bond === 'ends') return
    let rest: ProcessRecord[] = []
    for (let round = 0; round < MOST_ROUNDS; round++) {
      rest = await this.#look()
      if (rest.length === 0) return
      await Promise.all(rest.map((record) => this.#end(record, killSignal)))
      this.#seen.clear()
      rest = await this.#look()
      if (rest.length === 0) return
      // Some have started since, or can't be ended.
      await sleep(20 * round)
    }
    const names = rest.map(nameOf).join(', ')
    printError(`${plural(rest.length, 'process', 'processes')} could not be ended: ${names}`)
  }
}
