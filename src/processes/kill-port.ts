/** Ends the processes that listen on a port. */

import { type ProcessIdentity, checkPortNumbers } from '../validate.ts'
import { readWithAncestry } from './ancestry.ts'
import { waitUntil } from './ending.ts'
import { checkKillPort } from './plan.ts'
import { confirmOwners, holdOwners, listenersQuery, readServers } from './port-owners.ts'
import { describePort, holdersOf, readState } from './port-results.ts'
import type { Target } from './target.ts'
import { carryOut, refuseProtected } from './terminate.ts'
import type { KillPortOptions, KillPortResult } from './ending-types.ts'

function keepNamed(targets: readonly Target[], named: readonly ProcessIdentity[]): void {
  for (const target of targets) {
    const { pid, startTime } = target.record
    const isNamed = named.some(
      (one) => one.pid === pid && (one.startTime === null || one.startTime === startTime),
    )
    if (!isNamed && target.outcome === null) target.settle('refused', 'not-named')
  }
}

/**
 * Ends the processes that listen on a TCP port, or on several; never clients that use the same number.
 * UDP counts where `protocol` asks for it. Each is sent SIGTERM, and killed after `timeout`.
 *
 * A reused PID is never hit: the owners are looked up, then held (Linux: a pidfd, or before 5.3 the open
 * directory in /proc; Windows: a handle), then looked up once more. Only a process that still holds the
 * same socket is signalled, through that hold.
 *
 * This process itself, its ancestors, PID 1 (Windows: 0 and 4) and programs that publish the ports of
 * containers are refused; see `allow`. The result has the outcome of each process and each port; a
 * process that cannot be ended is not an error. Owners that this user may not see are not ended: their
 * sockets are in `unknown` of the port.
 *
 * @example
 * const { closed, processes } = await killPort(3000)
 * console.log(closed, processes[0]?.outcome) // true 'terminated'
 *
 * @throws {TypeError | RangeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` before anything is read; the signal's reason where it is aborted, which leaves
 *   processes in their present state; else as `listSockets` and `terminate`.
 */
export async function killPort(
  port: number | readonly number[],
  options?: KillPortOptions,
): Promise<KillPortResult> {
  const ports = checkPortNumbers(port)
  const plan = checkKillPort(options)
  const query = listenersQuery(ports, options)
  const before = await readServers({
    ...query,
    ...(plan.abort === undefined ? {} : { signal: plan.abort }),
  })
  const targets = holdOwners(before)
  try {
    // Without a socket no process has to be read, which may be impossible here.
    const records = before.rows.length === 0 ? [] : await readWithAncestry()
    const guard = await refuseProtected(targets, records, plan)
    if (plan.only !== undefined) keepNamed(targets, plan.only)
    await confirmOwners(targets, before, query)
    await carryOut(targets, guard, plan)

    let now = await readState(query)
    const acted = targets.some(({ outcome }) => outcome === 'terminated' || outcome === 'killed')
    const isOver = () =>
      ports.some((one) => holdersOf(one, now, targets).some(({ isNew }) => isNew))
    if (acted && !isOver()) {
      await waitUntil(
        async () => {
          now = await readState(query)
          return isOver()
        },
        plan.settle,
        plan.abort,
      )
    }
    const results = await Promise.all(
      ports.map((one) => describePort(one, before, now, targets, plan.dryRun)),
    )
    return {
      closed: results.every(({ closed }) => closed),
      ports: results,
      processes: targets.map(({ result }) => result),
    }
  } finally {
    for (const { held } of targets) held?.close()
  }
}
