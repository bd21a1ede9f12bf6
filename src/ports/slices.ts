/** Long work on the event loop, in slices. */

import { setImmediate as turn } from 'node:timers/promises'

/** For how long work may hold the event loop, in milliseconds. */
const LONGEST = 5

/**
 * Says when work has held the event loop for long enough, and gives it a turn:
 *
 *     const slices = new Slices()
 *     for (const one of many) {
 *       if (slices.over) await slices.next()
 *       …
 *     }
 */
export class Slices {
  #begun = performance.now()

  get over(): boolean {
    return performance.now() - this.#begun >= LONGEST
  }

  async next(): Promise<void> {
    await turn()
    this.#begun = performance.now()
  }
}
