/** Is a port free, and if not, why not? Two sources: the socket table, and a bind that is tried. */

import { setImmediate as turn } from 'node:timers/promises'
import { outOfRange } from '../errors.ts'
import {
  checkInteger,
  checkList,
  checkOptions,
  checkPortFilter,
  checkSignal,
} from '../table/options.ts'
import { listSockets, listSocketsSync } from '../table/snapshot.ts'
import type { Abortable, Family, ListOptions, PortFilter, Protocol } from '../types.ts'
import type { SocketRow } from '../types.ts'
import { type Extent, overlap } from './addresses.ts'
import { PLACE_OPTIONS, type PlaceOptions, type Site, site, siteSync } from './places.ts'
import { type Refusal, tryBind } from './probe.ts'
import { type PortRange, type PortRules, inRanges, portRules } from './rules.ts'

/**
 * What keeps a port from being bound.
 *
 * - `listener`: a socket listens there, or awaits datagrams.
 * - `bound`: a TCP socket is bound there and does not listen.
 * - `connection`: a connection has it as its local port; most often a client that happens to use it.
 * - `time-wait`: a connection there was closed lately and lingers.
 * - `privileged`: such low ports take a privilege.
 * - `excluded`: Windows keeps it for itself (Hyper-V, WSL, Docker); no socket shows there.
 * - `denied`: the system forbids it otherwise (seccomp, SELinux, systemd's SocketBindDeny).
 * - `address`: the address is none of this machine's.
 * - `family`: this system has no IPv6, or no IPv4.
 * - `hidden`: the system says that it is in use and shows no socket: one that is bound and does not
 *   listen, which Linux before 6.8 and Windows don't show, or one that closed in this moment.
 */
export type PortObstacle =
  | 'listener'
  | 'bound'
  | 'connection'
  | 'time-wait'
  | 'privileged'
  | 'excluded'
  | 'denied'
  | 'address'
  | 'family'
  | 'hidden'

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
}

const CHECK_OPTIONS = [...PLACE_OPTIONS, 'signal'] as const
const MOST_PORTS = 65_536

function extentOf({ family, localAddress, dualStack }: SocketRow): Extent {
  // Where the system does not tell, the wider answer names one holder too many rather than none.
  const address = localAddress.replace(/%.*$/, '')
  return { family, address, dualStack: dualStack ?? true }
}

const listens = (row: SocketRow): boolean =>
  row.state === 'LISTEN' || (row.protocol === 'udp' && row.remoteAddress === null)

function inUseBecause(holders: readonly SocketRow[], others: readonly SocketRow[]): PortObstacle[] {
  const found: PortObstacle[] = []
  if (holders.some(listens)) found.push('listener')
  if (holders.some((row) => !listens(row))) found.push('bound')
  // Next to a listener its own connections are no obstacle.
  if (found.length > 0) return found
  if (others.some(({ state }) => state !== 'TIME_WAIT')) found.push('connection')
  if (others.some(({ state }) => state === 'TIME_WAIT')) found.push('time-wait')
  return found.length > 0 ? found : ['hidden']
}

function obstaclesOf(
  refusal: Refusal | null,
  privileged: boolean,
  holders: readonly SocketRow[],
  others: readonly SocketRow[],
): PortObstacle[] {
  switch (refusal?.code) {
    case undefined:
      return []
    case 'EADDRINUSE':
      return inUseBecause(holders, others)
    case 'EACCES':
      if (privileged) return ['privileged']
      // Windows refuses a port that somebody has for himself alone in the same words.
      if (process.platform === 'win32') {
        return holders.length > 0 ? inUseBecause(holders, others) : ['excluded']
      }
      return ['denied']
    case 'EADDRNOTAVAIL':
    case 'EINVAL': // a link-local address without its interface
      return ['address']
    case 'EAFNOSUPPORT':
    case 'EPROTONOSUPPORT':
      return ['family']
    default:
      return ['denied']
  }
}

function explainDisagreement(
  obstacles: readonly PortObstacle[],
  free: boolean,
  holders: readonly SocketRow[],
): string | null {
  if (obstacles[0] === 'hidden') {
    return (
      'the system says that it is in use, and the table shows no socket there: one that is bound ' +
      'and does not listen is not shown by every system, and one may have closed in this moment'
    )
  }
  if (!free || !holders.some(listens)) return null
  if (process.platform === 'win32') {
    return (
      'Windows lets a server on one address and one on all addresses have the same port, side by ' +
      'side; connections go to the one whose address fits best'
    )
  }
  return 'a socket listened there when the table was read, and had closed when the bind was tried'
}

function byPort(rows: readonly SocketRow[]): Map<number, SocketRow[]> {
  const found = new Map<number, SocketRow[]>()
  for (const row of rows) {
    const others = found.get(row.localPort)
    if (others === undefined) found.set(row.localPort, [row])
    else others.push(row)
  }
  return found
}

function judge(port: number, at: Site, same: readonly SocketRow[], rules: PortRules): PortCheck {
  const { protocol, family, address, ipv6Only } = at
  const own: Extent = { family, address: address.replace(/%.*$/, ''), dualStack: !ipv6Only }
  const refusal = tryBind({ ...at, port })
  const meeting = same.filter((row) => overlap(extentOf(row), own))
  // A socket that was bound to :: and has connected since shows its own IPv6 address, and keeps the
  // port in IPv4 as well (Linux: the bind bucket knows what was bound, net/ipv4/inet_hashtables.c).
  const unseen = refusal?.code === 'EADDRINUSE' && meeting.length === 0
  const there = unseen ? same.filter((row) => row.family !== family) : meeting
  const holders = there.filter((row) => row.remoteAddress === null)
  const connections = there.filter((row) => row.remoteAddress !== null)
  const privileged = port < rules.privilegedBelow
  const obstacles = obstaclesOf(refusal, privileged, holders, connections)
  const free = refusal === null
  return {
    port,
    protocol,
    family,
    host: address,
    free,
    refusal,
    obstacles,
    holders,
    connections,
    elsewhere: same.filter((row) => !there.includes(row)),
    ephemeral: inRanges(port, [rules.ephemeral]) && !inRanges(port, rules.reserved),
    reserved: inRanges(port, rules.reserved),
    privileged,
    disagreement: explainDisagreement(obstacles, free, holders),
  }
}

/** Checks a list of ports and ranges; port 0 stands for any, so it is none to ask about. */
export function checkPortRanges(name: string, value: unknown): PortRange[] {
  const ranges = checkList(name, value, checkPortFilter)
  for (const { from } of ranges) {
    if (from === 0) throw outOfRange(name, 'a port from 1 to 65535', 0)
  }
  return ranges
}

/** All ports of some ranges, each once, in their order. */
export function portsOf(ranges: readonly PortRange[]): number[] {
  const ports = new Set<number>()
  for (const { from, to } of ranges) for (let port = from; port <= to; port++) ports.add(port)
  return [...ports]
}

function tableQuery(ranges: readonly PortRange[], at: Site): ListOptions {
  const query = { protocol: at.protocol, localPort: ranges, bound: true, names: true }
  return { ...query, owners: 'first' }
}

interface Asked {
  readonly ranges: PortRange[]
  readonly values: Readonly<Record<string, unknown>>
}

function checkArguments(name: string, ports: unknown, options: unknown): Asked {
  const values = checkOptions(options, CHECK_OPTIONS)
  const ranges = checkPortRanges(name, ports)
  if (ranges.length > MOST_PORTS)
    throw outOfRange(name, `at most ${MOST_PORTS} long`, ranges.length)
  return { ranges, values }
}

async function check(asked: Asked, signal: AbortSignal | undefined): Promise<PortCheck[]> {
  const at = await site(asked.values)
  const query = tableQuery(asked.ranges, at)
  const { rows } = await listSockets({ ...query, ...(signal && { signal }) })
  return judgeAll(asked, at, rows, signal)
}

/** A bind takes microseconds; many of them leave the event loop its turns. */
const PORTS_PER_TURN = 500

async function judgeAll(
  asked: Asked,
  at: Site,
  rows: readonly SocketRow[],
  signal: AbortSignal | undefined,
): Promise<PortCheck[]> {
  const rules = portRules()
  const found = byPort(rows)
  const checks: PortCheck[] = []
  for (const port of portsOf(asked.ranges)) {
    checks.push(judge(port, at, found.get(port) ?? [], rules))
    if (checks.length % PORTS_PER_TURN === 0) await turn()
    signal?.throwIfAborted()
  }
  return checks
}

function checkSync(asked: Asked): PortCheck[] {
  const at = siteSync(asked.values)
  const { rows } = listSocketsSync(tableQuery(asked.ranges, at))
  const rules = portRules()
  const found = byPort(rows)
  return portsOf(asked.ranges).map((port) => judge(port, at, found.get(port) ?? [], rules))
}

/**
 * Could a Node server bind this port now, and if not, why not?
 *
 * The answer comes from a bind that is tried with the options that Node sets and taken back at once
 * (it never listens), and from the socket table, which names who has the port. `disagreement` says
 * why where the two differ. It holds for this moment: to be sure of a port, have it reserved.
 *
 * @throws As `listSockets` does; `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` for wrong arguments, port 0 among them; `ENOTFOUND` for an unknown host.
 */
export async function checkPort(
  port: number,
  options?: PlaceOptions & Abortable,
): Promise<PortCheck> {
  checkInteger('port', port, 1, 65_535)
  const [only] = await check(checkArguments('port', port, options), checkSignal(options))
  return only as PortCheck
}

/** `checkPort`, blocking. `host` has to be an address. */
export function checkPortSync(port: number, options?: PlaceOptions): PortCheck {
  checkInteger('port', port, 1, 65_535)
  const [only] = checkSync(checkArguments('port', port, options))
  return only as PortCheck
}

/** `checkPort` for several ports or ranges, in their order: the table is read once for all. */
export async function checkPorts(
  ports: PortFilter | readonly PortFilter[],
  options?: PlaceOptions & Abortable,
): Promise<PortCheck[]> {
  return check(checkArguments('ports', ports, options), checkSignal(options))
}

/** `checkPorts`, blocking. `host` has to be an address. */
export function checkPortsSync(
  ports: PortFilter | readonly PortFilter[],
  options?: PlaceOptions,
): PortCheck[] {
  return checkSync(checkArguments('ports', ports, options))
}
