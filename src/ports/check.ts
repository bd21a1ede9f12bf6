/** Whether a port can be bound, and if not, why: from a bind that is tried and the socket table. */

import { throwIfAborted } from '../table/signal.ts'
import type { Abortable, Family, ListOptions, PortFilter, Protocol } from '../types.ts'
import type { SocketRow } from '../types.ts'
import { isLinkLocal } from './addresses.ts'
import { type PortObstacle, disagreementOf, obstaclesOf } from './obstacles.ts'
import {
  BIND_TARGET_OPTIONS,
  type BindTargetOptions,
  type BindTarget,
  type BindTargets,
  meets,
  resolveTargets,
  resolveTargetsSync,
} from './bind-targets.ts'
import { type PortTable, type Unreadable, readPortTable, readPortTableSync } from './port-table.ts'
import { type Refusal, tryBind } from './probe.ts'
import { type PortRules, inRanges, isPrivileged, portRules } from './rules.ts'
import { Slices } from './slices.ts'
import {
  MOST_PORT_RANGES,
  type OptionValues,
  type PortRange,
  checkFlag,
  checkList,
  checkOption,
  checkOptions,
  checkPortNumber,
  checkPortRange,
  checkSignal,
  refuseSignal,
} from '../validate.ts'

/** Whether a port can be bound, and what is in the way. */
export interface PortCheck {
  /** The port that was checked. */
  readonly port: number
  /** The protocol that was checked. */
  readonly protocol: Protocol
  /** The address family of `host`. */
  readonly family: Family
  /** The address that was checked; of a name the first that cannot be bound, else the first. */
  readonly host: string
  /** Whether a Node server could bind it now, by the bind that was tried. */
  readonly free: boolean
  /** The error of that bind; null where it succeeded. */
  readonly refusal: Refusal | null
  /** What is in the way, the most important first; empty where the port is free. */
  readonly obstacles: readonly PortObstacle[]
  /** Sockets that listen or are bound there: at the same address, or at a wildcard of either side. */
  readonly holders: readonly SocketRow[]
  /** Other sockets with that local port there: connections, also in TIME_WAIT. */
  readonly connections: readonly SocketRow[]
  /** Sockets with the same port at addresses that do not conflict with this one. */
  readonly elsewhere: readonly SocketRow[]
  /** Whether the system assigns it to sockets that ask for any port. */
  readonly ephemeral: boolean
  /** Whether the system never assigns it by itself although it is in that range (Linux). */
  readonly reserved: boolean
  /** Whether binding it needs a privilege that this process lacks. */
  readonly privileged: boolean
  /** Why the table and the bind that was tried differ; null where they agree. */
  readonly disagreement: string | null
  /**
   * What could not be read, so that the bind alone decides: `owners` (the rows have no PIDs: no /proc)
   * or `sockets` (there are no rows: neither sock_diag nor /proc/net); null where everything was read.
   */
  readonly unreadable: Unreadable | null
}

/** Options of a server that shares its port, named as in Node. */
export interface ShareOptions {
  /**
   * For UDP: `reuseAddr` of `dgram.createSocket`, as for multicast DNS on port 5353. Node's TCP servers
   * always set it on Unix, and never on Windows.
   *
   * @default false
   */
  readonly reuseAddr?: boolean
  /**
   * `reusePort` of `server.listen` and `dgram.createSocket`, which lets several servers of one user
   * share a port (Linux, Node.js 22.12 and later).
   *
   * @default false
   */
  readonly reusePort?: boolean
  /**
   * `exclusive` of `server.listen`, which keeps the workers of a cluster from sharing a server. It is
   * accepted, and changes nothing here.
   *
   * @default false
   */
  readonly exclusive?: boolean
}

/** Options of `checkPort`, `checkPorts` and `explainPort`. */
export interface CheckOptions extends BindTargetOptions, ShareOptions {}

const CHECK_OPTIONS = [
  ...BIND_TARGET_OPTIONS,
  'reuseAddr',
  'reusePort',
  'exclusive',
  'signal',
] as const

function byPort(rows: readonly SocketRow[]): Map<number, SocketRow[]> {
  const found = new Map<number, SocketRow[]>()
  for (const row of rows) {
    const others = found.get(row.localPort)
    if (others === undefined) found.set(row.localPort, [row])
    else others.push(row)
  }
  return found
}

/**
 * Bound to an interface (SO_BINDTODEVICE): another socket may have the same port on others, which the
 * bind that is tried shows (Linux: net/ipv4/inet_connection_sock.c, inet_bind_conflict).
 */
const isOnDevice = (row: SocketRow): boolean =>
  row.interface !== null && !isLinkLocal(row.localAddress)

function checkTarget(
  port: number,
  request: CheckRequest,
  at: BindTarget,
  read: PortTable,
): PortCheck {
  const { protocol, family, address } = at
  const { share, rules } = request
  const same = read.rows
  const refusal = tryBind({ ...at, ...share, port })
  const meeting = same.filter((row) => meets(row, at) && !(refusal === null && isOnDevice(row)))
  // A socket that was bound to :: and has connected since shows its own IPv6 address, and keeps the
  // port in IPv4 as well (Linux: the bind bucket knows what was bound, net/ipv4/inet_hashtables.c).
  const unseen = refusal?.code === 'EADDRINUSE' && meeting.length === 0
  const there = unseen ? same.filter((row) => row.family !== family) : meeting
  const holders = there.filter((row) => row.remoteAddress === null)
  const connections = there.filter((row) => row.remoteAddress !== null)
  const privileged = isPrivileged(port, address, rules)
  const { platform } = process
  const { unreadable } = read
  const shares = share.reuseAddr || share.reusePort
  const code = refusal?.code ?? null
  const findings = { code, privileged, holders, connections, platform, unreadable, shares }
  return {
    port,
    protocol,
    family,
    host: address,
    free: refusal === null,
    refusal,
    obstacles: obstaclesOf(findings),
    holders,
    connections,
    elsewhere: same.filter((row) => !there.includes(row)),
    ephemeral: inRanges(port, [rules.ephemeral]) && !inRanges(port, rules.reserved),
    reserved: inRanges(port, rules.reserved),
    privileged,
    disagreement: disagreementOf(findings),
    unreadable,
  }
}

/** It has to be free at all targets: returns the first where it is not. */
function checkAt(
  port: number,
  request: CheckRequest,
  all: BindTargets,
  read: PortTable,
): PortCheck {
  let first: PortCheck | undefined
  for (const at of all) {
    const one = checkTarget(port, request, at, read)
    if (!one.free) return one
    first ??= one
  }
  return first as PortCheck
}

/** All ports of some ranges, each once, in their order. */
export function portsOf(ranges: readonly PortRange[]): number[] {
  // next[port] leads to the first port from there on that is not in the result yet, so that many
  // overlapping ranges cost no more than one.
  const next = new Uint32Array(65_537)
  for (let port = 0; port < next.length; port++) next[port] = port
  const firstFrom = (port: number): number => {
    let first = port
    while (next[first] !== first) first = next[first] as number
    for (let at = port; at !== first;) {
      const after = next[at] as number
      next[at] = first
      at = after
    }
    return first
  }
  const ports: number[] = []
  for (const { from, to } of ranges) {
    for (let port = firstFrom(from); port <= to; port = firstFrom(port)) {
      ports.push(port)
      next[port] = port + 1
    }
  }
  return ports
}

function tableQuery({ ranges }: CheckRequest, [{ protocol }]: BindTargets): ListOptions {
  return { protocol, localPort: ranges, bound: true, names: true }
}

interface CheckRequest {
  readonly ranges: PortRange[]
  readonly values: OptionValues
  readonly share: Required<Pick<ShareOptions, 'reuseAddr' | 'reusePort'>>
  readonly rules: PortRules
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
