/** Tries one port after the other, and says what was tried where none could be had. */

import { throwIfAborted } from '../../table/signal.ts'
import type { BindTarget } from '../bind-targets.ts'
import type { Refusal } from '../probe.ts'
import { Slices } from '../slices.ts'

/** None of the ports asked for could be had, or fewer than asked for. */
export interface NoFreePort extends Error {
  readonly code: 'ERR_SOCKTABLE_NO_FREE_PORT'
  /** How many ports were tried; those that the options leave out are not among them. */
  readonly tried: number
  /** What the system said to the last of them; null where none was tried. */
  readonly refusal: Refusal | null
}

const portsInWords = (count: number) => (count === 1 ? '1 port' : `${count} ports`)

export class Search {
  /** Ports in the order in which they are to be tried. */
  readonly candidates: readonly number[]
  /** Where each has to be free. */
  readonly targets: readonly BindTarget[]
  readonly signal: AbortSignal | undefined
  #tried = 0
  #denied = 0
  #refusal: Refusal | null = null

  constructor(
    candidates: readonly number[],
    targets: readonly BindTarget[],
    signal: AbortSignal | undefined,
  ) {
    this.candidates = candidates
    this.targets = targets
    this.signal = signal
  }

  /** The site that `host` names, where a server would listen; all have its protocol. */
  get first(): BindTarget {
    return this.targets[0] as BindTarget
  }

  /** The candidates one after the other; in between the event loop has its turns. */
  async *each(): AsyncGenerator<number, void, undefined> {
    const slices = new Slices()
    for (const port of this.candidates) {
      if (slices.over) await slices.next()
      throwIfAborted(this.signal)
      yield port
    }
  }

  /** Records that a port was tried, with what result; returns whether it is free. */
  note(refusal: Refusal | null): refusal is null {
    this.#tried++
    if (refusal === null) return true
    if (refusal.code === 'EACCES' || refusal.code === 'EPERM') this.#denied++
    this.#refusal = refusal
    return false
  }

  /** Records that a port that was free could not be bound after all. */
  lost(refusal: Refusal): void {
    this.#refusal = refusal
  }

  /** The error for a search that came to its end: `wanted` says what for. */
  failure(wanted = 'port'): NoFreePort {
    return Object.assign(new Error(this.#message(wanted)), {
      code: 'ERR_SOCKTABLE_NO_FREE_PORT' as const,
      tried: this.#tried,
      refusal: this.#refusal,
    })
  }

  #message(wanted: string): string {
    const left = this.candidates.length
    if (this.#tried === 0) {
      return left === 0
        ? 'the options leave no port to choose from'
        : `the options leave ${portsInWords(left)} to choose from, and no ${wanted}`
    }
    const what =
      wanted === 'port'
        ? `none of ${portsInWords(this.#tried)} is free`
        : `no ${wanted} among the ${portsInWords(this.#tried)} that were tried`
    const denied =
      this.#denied === this.#tried ? '; the system lets this process bind none of them' : ''
    const last = this.#refusal === null ? '' : `; the last was refused: ${this.#refusal.message}`
    return `${what}${denied}${last}`
  }
}
