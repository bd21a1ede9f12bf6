/** Finds ports that are free. */

import type { Abortable } from '../../types/index.ts'
import { Slices } from '../slices.ts'
import { refusalAt } from './available.ts'
import { type FreeOptions, prepare } from './options.ts'
import type { Search } from './search.ts'
import { checkFlag, checkInteger } from '../../validate.ts'

/**
 * Finds a port that a Node server could bind now, as `checkPort` defines it: also one with connections
 * in TIME_WAIT, or one that a client uses and a server can have all the same. Ports that are reserved
 * (see `reservePort`) are skipped, and those that a server has at an overlapping address where the
 * system would let both have it (Windows, macOS).
 *
 * The port is not kept: concurrent calls with the same `ports` may return the same one. Bind it
 * immediately, or use `findFreePorts` for several different ones, `reservePort`, or `listenOnFreePort`
 * and `bindFreePort`, which leave no gap.
 *
 * @example
 * const port = await findFreePort({ ports: [3000, { from: 8000, to: 8999 }] })
 *
 * @throws `NoFreePort`; the signal's reason; for wrong arguments as `checkPort`. Errors that every
 *   port would have, with `code` and `syscall`: `EMFILE`, `EPERM` of `socket`, `EADDRNOTAVAIL` for a
 *   host that is not an address of this machine.
 */
export async function findFreePort(options?: FreeOptions & Abortable): Promise<number> {
  const search = await prepare(options)
  for await (const port of search.each()) {
    if (search.note(await refusalAt(search.targets, port, search.signal))) return port
  }
  throw search.failure()
}

/** Options of `findFreePorts`. */
export interface FreePortsOptions extends FreeOptions {
  /**
   * Whether the ports have to be consecutive: 8000, 8001, 8002.
   *
   * @default false
   */
  readonly consecutive?: boolean
}

async function findAny(search: Search, count: number): Promise<number[]> {
  const found: number[] = []
  for await (const port of search.each()) {
    if (!search.note(await refusalAt(search.targets, port, search.signal))) continue
    found.push(port)
    if (found.length === count) return found
  }
  throw search.failure(`${count} free ones`)
}

/**
 * Tries each port at most once. A run is tried from its end, so that a port that is not free rules out
 * all runs that include it.
 */
async function findRun(search: Search, count: number): Promise<number[]> {
  const UNKNOWN = 1
  const FREE = 2
  const states = new Uint8Array(65_536 + count) // 0: not free
  for (const port of search.candidates) states[port] = UNKNOWN
  const ruledOut = new Uint8Array(65_536)
  const slices = new Slices()
  for await (const start of search.each()) {
    if (ruledOut[start] === 1) continue
    let port = start + count - 1
    for (; port >= start && states[port] !== 0; port--) {
      if (states[port] === FREE) continue
      if (slices.over) await slices.next()
      const free = search.note(await refusalAt(search.targets, port, search.signal))
      states[port] = free ? FREE : 0
      if (!free) break
    }
    if (port < start) return Array.from({ length: count }, (_, index) => start + index)
    ruledOut.fill(1, Math.max(0, port - count + 1), port + 1)
  }
  throw search.failure(`${count} consecutive free ones`)
}

/**
 * Finds several different ports that a Node server could bind now, in the order of `ports`, or
 * consecutive ones. Otherwise as `findFreePort`.
 *
 * @example
 * const [http, debug] = await findFreePorts(2)
 *
 * @throws As `findFreePort`; `NoFreePort` also where there are fewer than `count`.
 */
export async function findFreePorts(
  count: number,
  options?: FreePortsOptions & Abortable,
): Promise<number[]> {
  checkInteger('count', count, 1, 65_535)
  const search = await prepare(options, ['consecutive'])
  const consecutive = checkFlag('options.consecutive', options?.consecutive)
  if (search.candidates.length < count) throw search.failure(`${count} of them`)
  return consecutive ? findRun(search, count) : findAny(search, count)
}
