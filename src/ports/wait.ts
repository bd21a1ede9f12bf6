/** Waits until a port is in use, free, or a certain process's. */

import { setTimeout as sleep } from 'node:timers/promises'
import { invalidValue, otherNetwork } from '../errors.ts'
import { throwIfAborted } from '../table/signal.ts'
import { listSockets } from '../table/snapshot.ts'
import type { Abortable, ListOptions, Protocol, SocketRow } from '../types.ts'
import { meetsAny, sites } from './places.ts'
import {
  checkDuration,
  checkHost,
  checkInteger,
  checkOneOf,
  checkOption,
  checkOptions,
  checkPid,
  checkPortNumber,
  checkProtocol,
  checkSignal,
} from '../validate.ts'

const CONDITIONS = ['in-use', 'free'] as const

export interface WaitOptions {
  /** `in-use`: until somebody listens on it. `free`: until nobody does. Default: `in-use`. */
  readonly until?: (typeof CONDITIONS)[number]
  /** With `in-use`: until this process listens on it. */
  readonly pid?: number
  /** Default: `tcp`. */
  readonly protocol?: Protocol
  /**
   * Only a server at this address counts: on it, or on a wildcard that takes it in. A name stands for
   * all its addresses, of which one has to be served. Default: any address.
   */
  readonly host?: string
  /**
   * How long to wait at most, in milliseconds. 0 looks once; Infinity waits for as long as it takes.
   * Default: 30,000.
   */
  readonly timeout?: number
  /** How long to wait between two looks, in milliseconds. Default: 50. */
  readonly interval?: number
}

const WAIT_OPTIONS = ['until', 'pid', 'protocol', 'host', 'timeout', 'interval', 'signal'] as const
const LONGEST = 2 ** 31 - 1 // of a timer

const checkInterval = (name: string, value: unknown): number =>
  checkInteger(name, value, 1, LONGEST)

/** A wait that came to nothing. */
export interface WaitTimeout extends Error {
  readonly code: 'ETIMEDOUT'
  /** Who listened on the port at the last look. */
  readonly rows: readonly SocketRow[]
}

function timeoutError(
  port: number,
  what: string,
  timeout: number,
  rows: readonly SocketRow[],
): WaitTimeout {
  const message = `port ${port} was not ${what} within ${timeout} ms`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' as const, rows })
}

/**
 * Rejects where a process will never be seen to listen: it does not exist (any more), may not be
 * looked at, or is in another network namespace.
 */
async function checkListens(pid: number, query: ListOptions & Abortable): Promise<void> {
  const { rows, missing } = await listSockets({ ...query, pid })
  if (rows.length === 0 && missing.includes('netns')) throw otherNetwork(pid)
}

/**
 * Waits until a port is in use or free, and resolves with the sockets that listen on it, which are
 * none for `free`. Looks at the table of listeners alone, filtered by the kernel to that port: no
 * connection is made, so that the server sees nothing of it.
 *
 * Whether a bind succeeds where nobody listens is another question: see `checkPort`.
 *
 * @throws `WaitTimeout` with the code `ETIMEDOUT`; the signal's reason; errors as of `listSockets`. With
 *   `pid`, as soon as it is so: `ESRCH` where no process has that PID (any more), `EACCES` where this
 *   user may not see what it has open, `ERR_SOCKTABLE_NETNS` where it is in another network namespace
 *   and listens to nothing in this one.
 */
export async function waitForPort(
  port: number,
  options?: WaitOptions & Abortable,
): Promise<readonly SocketRow[]> {
  const values = checkOptions(options, WAIT_OPTIONS)
  checkPortNumber('port', port)
  const until = checkOption(
    values,
    'until',
    (name, value) => checkOneOf(name, value, CONDITIONS),
    'in-use',
  )
  const protocol = checkOption(values, 'protocol', checkProtocol, 'tcp')
  const pid = checkOption(values, 'pid', checkPid, 0)
  if (pid !== 0 && until === 'free') {
    throw invalidValue('options.pid', "left out where until is 'free'", pid)
  }
  const timeout = checkOption(values, 'timeout', checkDuration, 30_000)
  const interval = checkOption(values, 'interval', checkInterval, 50)
  const host = checkOption(values, 'host', checkHost, null)
  const signal = checkSignal(options)

  const what = until === 'free' ? 'free' : pid === 0 ? 'in use' : `in use by process ${pid}`
  const query = { protocol, localPort: port, listening: true, ...(signal && { signal }) }
  const owners = pid === 0 ? 'none' : 'all'
  const all = host === null ? null : await sites({ host })
  const deadline = performance.now() + timeout
  for (;;) {
    if (pid !== 0) await checkListens(pid, query)
    const table = await listSockets({ ...query, owners })
    const rows = all === null ? table.rows : table.rows.filter((row) => meetsAny(row, all))
    const met = pid === 0 ? rows.length > 0 : rows.some(({ pids }) => pids.includes(pid))
    if (until === 'free' ? rows.length === 0 : met) return rows
    const left = deadline - performance.now()
    if (left <= 0) throw timeoutError(port, what, timeout, rows)
    await sleep(Math.min(interval, left), undefined, signal ? { signal } : {}).catch(() => {
      throwIfAborted(signal)
    })
  }
}
