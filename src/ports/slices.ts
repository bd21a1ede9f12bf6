/** Long work on the event loop, in slices. */

import { setImmediate as turn } from 'node:timers/promises'

/** How long work may block the event loop, in milliseconds. */
const LONGEST = 5

/**
 * Reports when work has blocked the event loop for too long, and yields to it:
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
