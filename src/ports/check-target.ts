/** What is in the way of one port, from a bind that is tried and the rows of the table. */

import type { SocketRow } from '../types/index.ts'
import type { OptionValues, PortRange } from '../validate.ts'
import { isLinkLocal } from './addresses.ts'
import { type BindTarget, type BindTargets, meets } from './bind-targets.ts'
import { disagreementOf, obstaclesOf } from './obstacles.ts'
import type { PortCheck, ShareOptions } from './port-check.ts'
import { inRanges } from './port-ranges.ts'
import type { PortTable } from './port-table.ts'
import { tryBind } from './probe.ts'
import { type PortRules, isPrivileged } from './rules.ts'

/** Ports to check, with the options. */
export interface CheckRequest {
  readonly ranges: PortRange[]
  readonly values: OptionValues
  readonly share: Required<Pick<ShareOptions, 'reuseAddr' | 'reusePort'>>
  readonly rules: PortRules
}

/** Rows by their local port. */
export function byPort(rows: readonly SocketRow<'details'>[]): Map<number, SocketRow<'details'>[]> {
  const found = new Map<number, SocketRow<'details'>[]>()
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
const isOnDevice = (row: SocketRow<'details'>): boolean =>
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
export function checkAt(
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
