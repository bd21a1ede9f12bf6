/** Waits until a port is listened on, by any process or a certain one, or no longer is. */

import { setTimeout as sleep } from 'node:timers/promises'
import { invalidValue, otherNetwork } from '../errors.ts'
import { throwIfAborted } from '../table/signal.ts'
import { listSockets } from '../table/snapshot.ts'
import type { Abortable, ListOptions, Protocol, SocketRow } from '../types/index.ts'
import { meetsAny, resolveTargets } from './bind-targets.ts'
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

const CONDITIONS = ['listening', 'closed'] as const

/** Options of `waitForPort`. */
export interface WaitOptions {
  /**
   * The condition to wait for. `listening`: a socket listens on the port. `closed`: none does.
   *
   * @default 'listening'
   */
  readonly until?: 'listening' | 'closed'
  /**
   * With `listening`: wait until this process listens on it.
   *
   * @default any process
   */
  readonly pid?: number
  /**
   * The protocol of the port.
   *
   * @default 'tcp'
   */
  readonly protocol?: Protocol
  /**
   * Only servers at this address count: on it, or on a wildcard that includes it. A name stands for
   * all its addresses, one of which has to be served.
   *
   * @default any address
   */
  readonly host?: string
  /**
   * The longest wait, in milliseconds. 0 checks once; `Infinity` never gives up.
   *
   * @default 30_000
   */
  readonly timeout?: number
  /**
   * The pause between two checks, in milliseconds.
   *
   * @default 50
   */
  readonly interval?: number
}

const WAIT_OPTIONS = ['until', 'pid', 'protocol', 'host', 'timeout', 'interval', 'signal'] as const
const LONGEST = 2 ** 31 - 1 // of a timer

const checkInterval = (name: string, value: unknown): number =>
  checkInteger(name, value, 1, LONGEST)

/** The error of a wait whose condition was not met in time. */
export interface WaitTimeout extends Error {
  /** Always `ETIMEDOUT`. */
  readonly code: 'ETIMEDOUT'
  /** The sockets that listened on the port at the last check. */
  readonly rows: readonly SocketRow<'details'>[]
}

function timeoutError(message: string, rows: readonly SocketRow<'details'>[]): WaitTimeout {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' as const, rows })
}

/**
 * Rejects where a process can never be seen to listen: it does not exist, this user may not inspect
 * it, or it is in another network namespace.
 */
async function checkListens(pid: number, query: ListOptions & Abortable): Promise<void> {
  const { rows, missing } = await listSockets({ ...query, pid })
  if (rows.length === 0 && missing.includes('netns')) throw otherNetwork(pid)
}

/**
 * Waits until a server listens on a port, or until none does, and resolves with the sockets that listen
 * on it: none for `closed`. It reads the table of listeners, filtered by the kernel to that port; no
 * connection is made, so that the server does not notice.
 *
 * Whether a bind succeeds where no socket listens is another question: see `checkPort`.
 *
 * @example
 * await waitForPort(3000, { timeout: 10_000 })
 * await waitForPort(3000, { until: 'closed' })
 *
 * @throws `WaitTimeout` with the code `ETIMEDOUT`; the signal's reason; the errors of `listSockets`. With
 *   `pid`, without waiting further: `ESRCH` where no process has that PID, or no longer has it, `EACCES` where
 *   this user may not see its descriptors, `ERR_SOCKTABLE_NETNS` where it is in another network
 *   namespace and listens on nothing in this one.
 */
export async function waitForPort(
  port: number,
  options?: WaitOptions & Abortable,
): Promise<readonly SocketRow<'details'>[]> {
  const values = checkOptions(options, WAIT_OPTIONS)
  checkPortNumber('port', port)
  const until = checkOption(
    values,
    'until',
    (name, value) => checkOneOf(name, value, CONDITIONS),
    'listening',
  )
  const protocol = checkOption(values, 'protocol', checkProtocol, 'tcp')
  const pid = checkOption(values, 'pid', checkPid, 0)
  if (pid !== 0 && until === 'closed') {
    throw invalidValue('options.pid', "left out where until is 'closed'", pid)
  }
  const timeout = checkOption(values, 'timeout', checkDuration, 30_000)
  const interval = checkOption(values, 'interval', checkInterval, 50)
  const host = checkOption(values, 'host', checkHost, null)
  const signal = checkSignal(options)

  const failure =
    until === 'closed'
      ? `port ${port} was still listened on after ${timeout} ms`
      : `${pid === 0 ? 'no process listened' : `process ${pid} did not listen`} on port ${port} within ${timeout} ms`
  const query = { protocol, localPort: port, listening: true, ...(signal && { signal }) }
  const owners = pid === 0 ? 'none' : 'all'
  const all = host === null ? null : await resolveTargets({ host })
  const deadline = performance.now() + timeout
  for (;;) {
    if (pid !== 0) await checkListens(pid, query)
    const table = await listSockets({ ...query, owners, include: ['details'] })
    const rows = all === null ? table.rows : table.rows.filter((row) => meetsAny(row, all))
    const met = pid === 0 ? rows.length > 0 : rows.some(({ pids }) => pids.includes(pid))
    if (until === 'closed' ? rows.length === 0 : met) return rows
    const left = deadline - performance.now()
    if (left <= 0) throw timeoutError(failure, rows)
    await sleep(Math.min(interval, left), undefined, signal ? { signal } : {}).catch(() => {
      throwIfAborted(signal)
    })
  }
}
