/** Is a port free, and if not, why not? Two sources: the socket table, and a bind that is tried. */

import { outOfRange } from '../errors.ts'
import {
  MOST_PORT_RANGES,
  checkInteger,
  checkList,
  checkOptions,
  checkPortFilter,
} from '../table/options.ts'
import { checkSignal, throwIfAborted } from '../table/signal.ts'
import { listSockets, listSocketsSync } from '../table/snapshot.ts'
import type { Abortable, Family, ListOptions, PortFilter, Protocol } from '../types.ts'
import type { SocketRow } from '../types.ts'
import { type Extent, overlap } from './addresses.ts'
import { type PortObstacle, disagreementOf, obstaclesOf } from './obstacles.ts'
import { PLACE_OPTIONS, type PlaceOptions, type Site, site, siteSync } from './places.ts'
import { type Refusal, tryBind } from './probe.ts'
import { type PortRange, type PortRules, inRanges, isPrivileged, portRules } from './rules.ts'
import { Slices } from './slices.ts'

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

function extentOf({ family, localAddress, dualStack }: SocketRow): Extent {
  // Where the system does not tell, the wider answer names one holder too many rather than none.
  const address = localAddress.replace(/%.*$/, '')
  return { family, address, dualStack: dualStack ?? true }
}

/** Whether a socket at the same port has it at this site. */
export function meets(row: SocketRow, { family, address, ipv6Only }: Site): boolean {
  const own: Extent = { family, address: address.replace(/%.*$/, ''), dualStack: !ipv6Only }
  return overlap(extentOf(row), own)
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
  const { protocol, family, address } = at
  const refusal = tryBind({ ...at, port })
  const meeting = same.filter((row) => meets(row, at))
  // A socket that was bound to :: and has connected since shows its own IPv6 address, and keeps the
  // port in IPv4 as well (Linux: the bind bucket knows what was bound, net/ipv4/inet_hashtables.c).
  const unseen = refusal?.code === 'EADDRINUSE' && meeting.length === 0
  const there = unseen ? same.filter((row) => row.family !== family) : meeting
  const holders = there.filter((row) => row.remoteAddress === null)
  const connections = there.filter((row) => row.remoteAddress !== null)
  const privileged = isPrivileged(port, address, rules)
  const { platform } = process
  const findings = { code: refusal?.code ?? null, privileged, holders, connections, platform }
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
  }
}

/** Checks a port or a range; port 0 stands for any, so it is none to ask about. */
export function checkUsablePorts(name: string, value: unknown): PortRange {
  const range = checkPortFilter(name, value)
  if (range.from === 0) throw outOfRange(name, 'a port from 1 to 65535', 0)
  return range
}

/** Checks a list of them. */
export const checkPortRanges = (name: string, value: unknown): PortRange[] =>
  checkList(name, value, checkUsablePorts)

/** All ports of some ranges, each once, in their order. */
export function portsOf(ranges: readonly PortRange[]): number[] {
  // next[port]: the first from there on that is not taken yet, by way of others; so that many ranges
  // that overlap cost no more than one.
  const next = Uint32Array.from({ length: 65_537 }, (_, port) => port)
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
  if (ranges.length > MOST_PORT_RANGES) {
    throw outOfRange(name, `at most ${MOST_PORT_RANGES} long`, ranges.length)
  }
  return { ranges, values }
}

function* judgeAll({ ranges }: Asked, at: Site, rows: readonly SocketRow[]): Generator<PortCheck> {
  const rules = portRules()
  const found = byPort(rows)
  for (const port of portsOf(ranges)) yield judge(port, at, found.get(port) ?? [], rules)
}

async function check(asked: Asked, signal: AbortSignal | undefined): Promise<PortCheck[]> {
  const at = await site(asked.values)
  const query = tableQuery(asked.ranges, at)
  const { rows } = await listSockets({ ...query, ...(signal && { signal }) })
  const checks: PortCheck[] = []
  const slices = new Slices()
  for (const one of judgeAll(asked, at, rows)) {
    checks.push(one)
    if (slices.over) await slices.next()
    throwIfAborted(signal)
  }
  return checks
}

function checkSync(asked: Asked): PortCheck[] {
  const at = siteSync(asked.values)
  return [...judgeAll(asked, at, listSocketsSync(tableQuery(asked.ranges, at)).rows)]
}

/**
 * Could a Node server bind this port now, and if not, why not?
 *
 * The answer comes from a bind that is tried with the options that Node sets and taken back at once
 * (it never listens), and from the socket table, which names who has the port. `disagreement` says
 * why where the two differ. It holds for this moment: to be sure of a port, have it reserved.
 *
 * @throws As `listSockets` does; `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` for wrong arguments, port 0 among them; `ENOTFOUND` for an unknown host;
 *   errors of the bind that say nothing about the port, such as `EMFILE`, or `EPERM` of `socket`.
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
