/** Whether a port is free: Node can bind it, and it is not reserved. */

import type { SystemError } from '../../errors.ts'
import { listSockets } from '../../table/snapshot.ts'
import { throwIfAborted } from '../../table/signal.ts'
import type { SocketRow } from '../../types/index.ts'
import { listens } from '../obstacles.ts'
import { type BindTarget, meets } from '../bind-targets.ts'
import { type Refusal, bindAlone, bindAsNode, refusalOf } from '../probe.ts'
import { isShortage, scopeOf } from '../refusals.ts'
import { isLeftToReserve, isReservedHere } from './reserved.ts'

type Rows = readonly SocketRow<'details'>[]

/** The error of a bind. Throws those that every port would have. */
function aboutPort(error: SystemError | null): Refusal | null {
  if (error === null) return null
  if (scopeOf(error) !== 'port') throw error
  return refusalOf(error)
}

/** The error at the first target where no Node server could bind the port. */
function refusedToNode(targets: readonly BindTarget[], port: number): Refusal | null {
  for (const at of targets) {
    const refusal = aboutPort(bindAsNode({ ...at, port }))
    if (refusal !== null) return refusal
  }
  return null
}

/** The error at the first target where a socket has the port, even one that would share it. */
export function refusedAlone(targets: readonly BindTarget[], port: number): Refusal | null {
  for (const at of targets) {
    const refusal = aboutPort(bindAlone({ ...at, port }))
    if (refusal !== null) return refusal
  }
  return null
}

/**
 * Why a port that Node can bind is not free all the same; null where it is. `rows` are all sockets with
 * that port, null where the table cannot be read; `alone` is whether a bind succeeded that shares the
 * port with no other socket.
 *
 * Clients, TIME_WAIT and the remains of closed connections do not count. A server does that Windows or
 * macOS would let have the port at an overlapping address (obstacles.ts).
 */
export function takenBecause(rows: Rows | null, at: BindTarget, alone: boolean): string | null {
  const meeting = rows?.filter((row) => meets(row, at)) ?? []
  const server = meeting.find(listens)
  if (server !== undefined) return `a socket listens on ${server.localAddress}`
  const bound = meeting.some(({ state }) => state === 'BOUND')
  if (bound || rows?.some(isLeftToReserve)) return 'it is reserved'
  // A socket bound to :: that has connected shows its own IPv6 address, and conflicts in IPv4.
  const explained =
    meeting.length > 0 ||
    rows?.some(({ family, remoteAddress }) => family !== at.family && remoteAddress !== null)
  return alone || explained
    ? null
    : 'it is reserved, or bound by a socket that the system does not show'
}

/**
 * Whether the socket table has to be read where Node can bind the port: if a bind that shares it with
 * no other socket was refused. On Windows always: there such a bind succeeds beside a server of the
 * same user on the wildcard (Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE").
 */
export function needsTable(alone: boolean, platform: NodeJS.Platform = process.platform): boolean {
  return !alone || platform === 'win32'
}

/** Where a connection in TIME_WAIT reserves a port (native/posix/port_reservation.cc). */
const LOOPBACK = { protocol: 'tcp', family: 'IPv4', address: '127.0.0.1', ipv6Only: false } as const

const taken = (port: number, reason: string): Refusal => ({
  code: 'EADDRINUSE',
  syscall: 'bind',
  message: `EADDRINUSE: port ${port} is not free: ${reason}`,
})

async function readRows(
  { protocol }: BindTarget,
  port: number,
  signal: AbortSignal | undefined,
): Promise<Rows | null> {
  const query = {
    protocol,
    localPort: port,
    bound: true,
    owners: 'none',
    include: ['details'],
  } as const
  try {
    return (await listSockets({ ...query, ...(signal && { signal }) })).rows
  } catch (error) {
    throwIfAborted(signal)
    if (isShortage(error)) throw error
    // No table here (a sandbox without /proc and sock_diag): the binds decide.
    return null
  }
}

/**
 * The sockets with that port; null where the table cannot be read. Sockets that are only bound count
 * if they stay: another call of this may be trying a bind at this moment.
 */
async function rowsOf(
  at: BindTarget,
  port: number,
  signal: AbortSignal | undefined,
): Promise<Rows | null> {
  const before = await readRows(at, port, signal)
  const bound = before?.filter(({ state }) => state === 'BOUND') ?? []
  if (bound.length === 0) return before
  const inodes = new Set(bound.map(({ inode }) => inode))
  const after = await readRows(at, port, signal)
  return after?.filter(({ state, inode }) => state !== 'BOUND' || inodes.has(inode)) ?? before
}

/** Why a port is not free at all these targets; null where it is. */
export async function refusalAt(
  targets: readonly BindTarget[],
  port: number,
  signal: AbortSignal | undefined,
): Promise<Refusal | null> {
  const refusal = refusedToNode(targets, port)
  if (refusal !== null) return refusal
  const [first] = targets
  if (first?.protocol === 'tcp' && isReservedHere(port)) return taken(port, 'it is reserved')
  const alone = targets.map((at) => bindAlone({ ...at, port }) === null)
  const elsewhere = first?.protocol === 'tcp' && bindAlone({ ...LOOPBACK, port }) !== null
  if (!needsTable(!elsewhere && !alone.includes(false))) return null
  const rows = await rowsOf(first as BindTarget, port, signal)
  for (const [index, at] of targets.entries()) {
    // A socket that closed between the bind and the read is no longer in the way.
    const free =
      alone[index] === true || (rows?.length === 0 && bindAlone({ ...at, port }) === null)
    const reason = takenBecause(rows, at, free)
    if (reason !== null) return taken(port, reason)
  }
  return null
}
