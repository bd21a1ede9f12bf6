/** Finds ports that are free. */

import type { Abortable } from '../../types.ts'
import { Slices } from '../slices.ts'
import { refusalAt } from './available.ts'
import { type FreeOptions, prepare } from './options.ts'
import type { Search } from './search.ts'
import { checkFlag, checkInteger } from '../../validate.ts'

/**
 * Finds a port that a Node server could bind now, as `checkPort` would say of it: also one with
 * connections in TIME_WAIT, or that a client uses and a server can have all the same. Passed over
 * are ports that are reserved (see `reservePort`), and those that a server has on an address that
 * overlaps, where the system would let both have it (Windows, macOS).
 *
 * Nothing keeps it free. Several calls at once on the same `ports` may each give the same one: take
 * it at once, or use `findFreePorts`, which gives several different ones, `reservePort`, or
 * `listenOnFreePort` and `bindFreePort`, which leave no gap.
 *
 * @throws `NoFreePort`; the signal's reason; for wrong arguments as `checkPort`. An error that would
 *   be the same at every port, with `code` and `syscall`: `EMFILE`, `EPERM` of `socket`,
 *   `EADDRNOTAVAIL` for a host that is no address of this machine.
 */
export async function findFreePort(options?: FreeOptions & Abortable): Promise<number> {
  const search = await prepare(options)
  for await (const port of search.each()) {
    if (search.note(await refusalAt(search.targets, port, search.signal))) return port
  }
  throw search.failure()
}

/** What `findFreePorts` takes. */
export interface FreePortsOptions extends FreeOptions {
  /** Whether the ports have to follow one another: 8000, 8001, 8002. Default: false. */
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
 * Each port is tried once. A run is tried from its end, so that all runs with the first port that is
 * met there and can't be had are ruled out at once.
 */
async function findRun(search: Search, count: number): Promise<number[]> {
  const UNKNOWN = 1
  const FREE = 2
  const states = new Uint8Array(65_536 + count) // 0: not to be taken
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
  throw search.failure(`${count} free ones in a row`)
}

/**
 * Finds several different ports that a Node server could bind now, in the order of `ports`, or a run
 * of ports that follow one another. What is said of `findFreePort` holds for each.
 *
 * @throws As `findFreePort`; `NoFreePort` also where there are fewer.
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
