/** Is a port free, and if not, why not? Two sources: the socket table, and a bind that is tried. */

import { throwIfAborted } from '../table/signal.ts'
import type { Abortable, Family, ListOptions, PortFilter, Protocol } from '../types.ts'
import type { SocketRow } from '../types.ts'
import { isLinkLocal } from './addresses.ts'
import { type PortObstacle, disagreementOf, obstaclesOf } from './obstacles.ts'
import {
  PLACE_OPTIONS,
  type PlaceOptions,
  type Site,
  type Sites,
  meets,
  sites,
  sitesSync,
} from './places.ts'
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

/** What is known about a port at one place. */
export interface PortCheck {
  readonly port: number
  readonly protocol: Protocol
  readonly family: Family
  /** The address that was asked about. */
  readonly host: string
  /** Whether a Node server could bind it now. The bind that was tried decides. */
  readonly free: boolean
  /** What the system said to that bind; null where it went well. */
  readonly refusal: Refusal | null
  /** Why not, what weighs most first; empty where it is free. */
  readonly obstacles: readonly PortObstacle[]
  /** Sockets that listen or are bound there: the same address, or a wildcard of one of both. */
  readonly holders: readonly SocketRow[]
  /** Other sockets that have it as their local port there: connections, TIME_WAIT. */
  readonly connections: readonly SocketRow[]
  /** Sockets with the same port at addresses that do not meet this one. */
  readonly elsewhere: readonly SocketRow[]
  /** Whether the system takes it for whoever asks for no certain port. */
  readonly ephemeral: boolean
  /** Whether the system never takes it by itself though it is in that range (Linux). */
  readonly reserved: boolean
  /** Whether binding it takes a privilege that this process lacks. */
  readonly privileged: boolean
  /** Why the table and the bind that was tried say different things; null where they agree. */
  readonly disagreement: string | null
  /**
   * What could not be read, so that only the bind answers: `owners` (the rows have no PIDs: no /proc),
   * or `sockets` (there are no rows: neither sock_diag nor /proc/net); null where all was read.
   */
  readonly unreadable: Unreadable | null
}

/** What a server sets that shares its port, as Node names it. */
export interface ShareOptions {
  /**
   * For UDP: `reuseAddr` of `dgram.createSocket`, as for multicast DNS on port 5353. TCP servers of
   * Node set it by themselves on Unix, and never on Windows. Default: false.
   */
  readonly reuseAddr?: boolean
  /**
   * `reusePort` of `server.listen` and `dgram.createSocket`, which lets several servers of one user
   * share a port (Linux, Node.js 22.12 and later). Default: false.
   */
  readonly reusePort?: boolean
  /**
   * `exclusive` of `server.listen`, which keeps the workers of a cluster from sharing a server and
   * changes nothing for other processes: it is taken, and makes no difference. Default: false.
   */
  readonly exclusive?: boolean
}

/** What the checks of ports take. */
export interface CheckOptions extends PlaceOptions, ShareOptions {}

const CHECK_OPTIONS = [...PLACE_OPTIONS, 'reuseAddr', 'reusePort', 'exclusive', 'signal'] as const

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
 * Bound to an interface (SO_BINDTODEVICE): another socket may have the same port elsewhere, which the
 * bind that is tried shows (Linux: net/ipv4/inet_connection_sock.c, inet_bind_conflict).
 */
const isOnDevice = (row: SocketRow): boolean =>
  row.interface !== null && !isLinkLocal(row.localAddress)

function judge(port: number, asked: Asked, at: Site, read: PortTable): PortCheck {
  const { protocol, family, address } = at
  const { share, rules } = asked
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

/** At all of the sites it has to be free: the first is told at which it is not. */
function judgeAt(port: number, asked: Asked, all: Sites, read: PortTable): PortCheck {
  let first: PortCheck | undefined
  for (const at of all) {
    const one = judge(port, asked, at, read)
    if (!one.free) return one
    first ??= one
  }
  return first as PortCheck
}

/** All ports of some ranges, each once, in their order. */
export function portsOf(ranges: readonly PortRange[]): number[] {
  // next[port]: the first from there on that is not taken yet, by way of others; so that many ranges
  // that overlap cost no more than one.
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

function tableQuery({ ranges }: Asked, [{ protocol }]: Sites): ListOptions {
  return { protocol, localPort: ranges, bound: true, names: true }
}

interface Asked {
  readonly ranges: PortRange[]
  readonly values: OptionValues
  readonly share: Required<Pick<ShareOptions, 'reuseAddr' | 'reusePort'>>
  readonly rules: PortRules
}

/** What libuv refuses before it asks the system (src/unix/core.c, uv__sock_reuseport). */
function checkReusePort(name: string, value: unknown): boolean {
  const reusePort = checkFlag(name, value)
  if (!reusePort || (process.platform !== 'win32' && process.platform !== 'darwin'))
    return reusePort
  const message = `ENOTSUP: Node.js offers no reusePort on ${process.platform}`
  throw Object.assign(new Error(message), { code: 'ENOTSUP' })
}

function checkArguments(name: string, ports: unknown, options: unknown): Asked {
  const values = checkOptions(options, CHECK_OPTIONS)
  const ranges = checkList(name, ports, checkPortRange, MOST_PORT_RANGES)
  checkOption(values, 'exclusive', checkFlag, false)
  const share = {
    reuseAddr: checkOption(values, 'reuseAddr', checkFlag, false),
    reusePort: checkOption(values, 'reusePort', checkReusePort, false),
  }
  return { ranges, values, share, rules: portRules() }
}

function* judgeAll(asked: Asked, all: Sites, read: PortTable): Generator<PortCheck> {
  const found = byPort(read.rows)
  for (const port of portsOf(asked.ranges)) {
    yield judgeAt(port, asked, all, { ...read, rows: found.get(port) ?? [] })
  }
}

async function check(asked: Asked, signal: AbortSignal | undefined): Promise<PortCheck[]> {
  const all = await sites(asked.values)
  const read = await readPortTable(tableQuery(asked, all), signal)
  const checks: PortCheck[] = []
  const slices = new Slices()
  for (const one of judgeAll(asked, all, read)) {
    checks.push(one)
    if (slices.over) await slices.next()
    throwIfAborted(signal)
  }
  return checks
}

function checkSync(asked: Asked): PortCheck[] {
  const all = sitesSync(asked.values)
  return [...judgeAll(asked, all, readPortTableSync(tableQuery(asked, all)))]
}

/**
 * Could a Node server bind this port now, and if not, why not?
 *
 * The answer comes from a bind that is tried with the options that Node sets and taken back at once
 * (it never listens), and from the socket table, which names who has the port. `disagreement` says
 * why where the two differ; where the table can't be read, the bind answers alone (`unreadable`). Of a
 * name all addresses have to be free. It holds for this moment: to be sure of a port, have it reserved.
 *
 * @throws As `listSockets` does; `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` for wrong arguments, port 0 among them; `ENOTFOUND` for an unknown host;
 *   errors of the bind that say nothing about the port, such as `EMFILE`, or `EPERM` of `socket`.
 */
export async function checkPort(
  port: number,
  options?: CheckOptions & Abortable,
): Promise<PortCheck> {
  checkPortNumber('port', port)
  const [only] = await check(checkArguments('port', port, options), checkSignal(options))
  return only as PortCheck
}

/** `checkPort`, blocking. `host` has to be an address or `localhost`. */
export function checkPortSync(port: number, options?: CheckOptions): PortCheck {
  refuseSignal(options, 'checkPort')
  checkPortNumber('port', port)
  const [only] = checkSync(checkArguments('port', port, options))
  return only as PortCheck
}

/** `checkPort` for several ports or ranges, in their order: the table is read once for all. */
export async function checkPorts(
  ports: PortFilter | readonly PortFilter[],
  options?: CheckOptions & Abortable,
): Promise<PortCheck[]> {
  return check(checkArguments('ports', ports, options), checkSignal(options))
}

/** `checkPorts`, blocking. `host` has to be an address or `localhost`. */
export function checkPortsSync(
  ports: PortFilter | readonly PortFilter[],
  options?: CheckOptions,
): PortCheck[] {
  refuseSignal(options, 'checkPorts')
  return checkSync(checkArguments('ports', ports, options))
}
