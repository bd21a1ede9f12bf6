/** Whether a port can be bound, and if not, why: from a bind that is tried and the socket table. */

import { throwIfAborted } from '../table/signal.ts'
import type { Abortable, ListOptions, PortFilter } from '../types/index.ts'
import {
  MOST_PORT_RANGES,
  checkFlag,
  checkList,
  checkOption,
  checkOptions,
  checkPortNumber,
  checkPortRange,
  checkSignal,
  refuseSignal,
} from '../validate.ts'
import {
  BIND_TARGET_OPTIONS,
  type BindTargets,
  resolveTargets,
  resolveTargetsSync,
} from './bind-targets.ts'
import { type CheckRequest, byPort, checkAt } from './check-target.ts'
import type { CheckOptions, PortCheck } from './port-check.ts'
import { portsOf } from './port-ranges.ts'
import { type PortTable, readPortTable, readPortTableSync } from './port-table.ts'
import { portRules } from './rules.ts'
import { Slices } from './slices.ts'

const CHECK_OPTIONS = [
  ...BIND_TARGET_OPTIONS,
  'reuseAddr',
  'reusePort',
  'exclusive',
  'signal',
] as const

function tableQuery({ ranges }: CheckRequest, [{ protocol }]: BindTargets): ListOptions {
  return { protocol, localPort: ranges, bound: true, include: ['names', 'details'] }
}

/** libuv refuses it on these systems without asking them (src/unix/core.c, uv__sock_reuseport). */
function checkReusePort(name: string, value: unknown): boolean {
  const reusePort = checkFlag(name, value)
  if (!reusePort || (process.platform !== 'win32' && process.platform !== 'darwin'))
    return reusePort
  const message = `ENOTSUP: Node.js offers no reusePort on ${process.platform}`
  throw Object.assign(new Error(message), { code: 'ENOTSUP' })
}

function checkArguments(name: string, ports: unknown, options: unknown): CheckRequest {
  const values = checkOptions(options, CHECK_OPTIONS)
  const ranges = checkList(name, ports, checkPortRange, MOST_PORT_RANGES)
  checkOption(values, 'exclusive', checkFlag, false)
  const share = {
    reuseAddr: checkOption(values, 'reuseAddr', checkFlag, false),
    reusePort: checkOption(values, 'reusePort', checkReusePort, false),
  }
  return { ranges, values, share, rules: portRules() }
}

function* checkAll(request: CheckRequest, all: BindTargets, read: PortTable): Generator<PortCheck> {
  const found = byPort(read.rows)
  for (const port of portsOf(request.ranges)) {
    yield checkAt(port, request, all, { ...read, rows: found.get(port) ?? [] })
  }
}

async function check(request: CheckRequest, signal: AbortSignal | undefined): Promise<PortCheck[]> {
  const all = await resolveTargets(request.values)
  const read = await readPortTable(tableQuery(request, all), signal)
  const checks: PortCheck[] = []
  const slices = new Slices()
  for (const one of checkAll(request, all, read)) {
    checks.push(one)
    if (slices.over) await slices.next()
    throwIfAborted(signal)
  }
  return checks
}

function checkSync(request: CheckRequest): PortCheck[] {
  const all = resolveTargetsSync(request.values)
  return [...checkAll(request, all, readPortTableSync(tableQuery(request, all)))]
}

/**
 * Whether a Node server could bind this port now, and what is in the way if not.
 *
 * The answer comes from a bind that is tried with the options that Node sets and undone immediately (it
 * never listens), and from the socket table, which names the owners. `disagreement` says why where the
 * two differ; where the table cannot be read, the bind alone decides (`unreadable`). Of a name all
 * addresses have to be free. The answer holds for this moment: see `reservePort` to keep a port.
 *
 * @example
 * const { free, obstacles, holders } = await checkPort(3000)
 * if (!free) console.log(obstacles, holders[0]?.processName) // [ 'listener' ] 'node'
 *
 * @throws The errors of `listSockets`; `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` for wrong arguments, port 0 among them; `ENOTFOUND` for an unknown host; errors
 *   of the bind that say nothing about the port, such as `EMFILE`, or `EPERM` of `socket`.
 */
export async function checkPort(
  port: number,
  options?: CheckOptions & Abortable,
): Promise<PortCheck> {
  checkPortNumber('port', port)
  const [only] = await check(checkArguments('port', port, options), checkSignal(options))
  return only as PortCheck
}

/**
 * `checkPort`, blocking. `host` has to be an address or `localhost`.
 *
 * @example
 * if (!checkPortSync(3000, { host: '127.0.0.1' }).free) process.exit(1)
 *
 * @throws As `checkPort`.
 */
export function checkPortSync(port: number, options?: CheckOptions): PortCheck {
  refuseSignal(options, 'checkPort')
  checkPortNumber('port', port)
  const [only] = checkSync(checkArguments('port', port, options))
  return only as PortCheck
}

/**
 * `checkPort` for several ports or ranges, in their order. The table is read once.
 *
 * @example
 * const checks = await checkPorts([3000, { from: 8000, to: 8010 }])
 * console.log(checks.filter(({ free }) => free).map(({ port }) => port))
 *
 * @throws As `checkPort`.
 */
export async function checkPorts(
  ports: PortFilter | readonly PortFilter[],
  options?: CheckOptions & Abortable,
): Promise<PortCheck[]> {
  return check(checkArguments('ports', ports, options), checkSignal(options))
}

/**
 * `checkPorts`, blocking. `host` has to be an address or `localhost`.
 *
 * @example
 * const free = checkPortsSync({ from: 8000, to: 8010 }).filter((check) => check.free)
 *
 * @throws As `checkPort`.
 */
export function checkPortsSync(
  ports: PortFilter | readonly PortFilter[],
  options?: CheckOptions,
): PortCheck[] {
  refuseSignal(options, 'checkPorts')
  return checkSync(checkArguments('ports', ports, options))
}
