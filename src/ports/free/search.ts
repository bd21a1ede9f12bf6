/** Tries ports in turn, and describes what was tried where none is free. */

import { throwIfAborted } from '../../table/signal.ts'
import type { BindTarget } from '../bind-targets.ts'
import type { Refusal } from '../probe.ts'
import { Slices } from '../slices.ts'

/** The error where none of the ports is free, or fewer than asked for. */
export interface NoFreePort extends Error {
  /** Always `ERR_SOCKTABLE_NO_FREE_PORT`. */
  readonly code: 'ERR_SOCKTABLE_NO_FREE_PORT'
  /** How many ports were tried; those that the options exclude are not counted. */
  readonly tried: number
  /** The error of the last of them; null where none was tried. */
  readonly refusal: Refusal | null
}

const portsInWords = (count: number) => (count === 1 ? '1 port' : `${count} ports`)

export class Search {
  /** Ports in the order in which to try them. */
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

  /** The target of `host`, where a server would listen; all have its protocol. */
  get first(): BindTarget {
    return this.targets[0] as BindTarget
  }

  /** The candidates in turn, without blocking the event loop for long. */
  async *each(): AsyncGenerator<number, void, undefined> {
    const slices = new Slices()
    for (const port of this.candidates) {
      if (slices.over) await slices.next()
      throwIfAborted(this.signal)
      yield port
    }
  }

  /** Records the result of a port that was tried; returns whether it is free. */
  note(refusal: Refusal | null): refusal is null {
    this.#tried++
    if (refusal === null) return true
    if (refusal.code === 'EACCES' || refusal.code === 'EPERM') this.#denied++
    this.#refusal = refusal
    return false
  }

  /** Records that a port that was free could not be bound when its turn came. */
  lost(refusal: Refusal): void {
    this.#refusal = refusal
  }

  /** The error for a search that found nothing; `wanted` is what it was for. */
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
