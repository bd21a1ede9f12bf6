/** Whether a port may be taken: Node can bind it, and it is not reserved. */

import type { SystemError } from '../../errors.ts'
import { listSockets } from '../../table/snapshot.ts'
import { throwIfAborted } from '../../table/signal.ts'
import type { SocketRow } from '../../types.ts'
import { listens } from '../obstacles.ts'
import { type BindTarget, meets } from '../bind-targets.ts'
import { type Refusal, bindAlone, bindAsNode, refusalOf } from '../probe.ts'
import { isShortage, scopeOf } from '../refusals.ts'
import { isLeftToReserve, isReservedHere } from './reserved.ts'

type Rows = readonly SocketRow[]

/** What the system said about the port; what would be the same at every port is thrown. */
function aboutPort(error: SystemError | null): Refusal | null {
  if (error === null) return null
  if (scopeOf(error) !== 'port') throw error
  return refusalOf(error)
}

/** What the first of the targets said at which no Node server could bind the port. */
function refusedToNode(targets: readonly BindTarget[], port: number): Refusal | null {
  for (const at of targets) {
    const refusal = aboutPort(bindAsNode({ ...at, port }))
    if (refusal !== null) return refusal
  }
  return null
}

/** What the first of the targets said at which a socket has the port, even one that would share it. */
export function refusedAlone(targets: readonly BindTarget[], port: number): Refusal | null {
  for (const at of targets) {
    const refusal = aboutPort(bindAlone({ ...at, port }))
    if (refusal !== null) return refusal
  }
  return null
}

/**
 * Why a port that Node can bind there is not to be taken; null where it may be. `rows` are all
 * sockets with that port, null where the table can't be read; `alone` is whether a bind went well
 * that shares the port with none.
 *
 * A client, TIME_WAIT and what is left of closed connections are no reasons. Windows and macOS let a
 * server on one address and one on all addresses have one port, which is one (obstacles.ts).
 */
export function takenBecause(rows: Rows | null, at: BindTarget, alone: boolean): string | null {
  const meeting = rows?.filter((row) => meets(row, at)) ?? []
  const server = meeting.find(listens)
  if (server !== undefined) return `a socket listens on ${server.localAddress}`
  const bound = meeting.some(({ state }) => state === 'BOUND')
  if (bound || rows?.some(isLeftToReserve)) return 'it is reserved'
  // What was bound to :: and has connected shows its own IPv6 address, and is in the way in IPv4.
  const explained =
    meeting.length > 0 ||
    rows?.some(({ family, remoteAddress }) => family !== at.family && remoteAddress !== null)
  return alone || explained ? null : 'it is reserved, or bound by a socket that is not shown'
}

/**
 * Whether the socket table has a say, where Node can bind the port: if a bind that shares it with
 * none was refused. On Windows always: there such a bind, too, goes well beside a server of the same
 * user on the wildcard (Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE").
 */
export function asksTheTable(
  alone: boolean,
  platform: NodeJS.Platform = process.platform,
): boolean {
  return !alone || platform === 'win32'
}

/** Where a connection in TIME_WAIT reserves a port (native/posix/port_reservation.cc). */
const LOOPBACK = { protocol: 'tcp', family: 'IPv4', address: '127.0.0.1', ipv6Only: false } as const

const taken = (port: number, reason: string): Refusal => ({
  code: 'EADDRINUSE',
  syscall: 'bind',
  message: `EADDRINUSE: port ${port} is taken: ${reason}`,
})

async function readRows(
  { protocol }: BindTarget,
  port: number,
  signal: AbortSignal | undefined,
): Promise<Rows | null> {
  const query = { protocol, localPort: port, bound: true, owners: 'none' } as const
  try {
    return (await listSockets({ ...query, ...(signal && { signal }) })).rows
  } catch (error) {
    throwIfAborted(signal)
    if (isShortage(error)) throw error
    // No table here (a sandbox without /proc and sock_diag): the binds are all that is known.
    return null
  }
}

/**
 * The sockets with that port; null where the table can't be read. Of those that are bound alone only
 * the ones that stay: a bind that is tried, as by another call of this, is seen as well while it lasts.
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

/** Why a port can't be had at all these targets; null where it may be taken. */
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
  if (!asksTheTable(!elsewhere && !alone.includes(false))) return null
  const rows = await rowsOf(first as BindTarget, port, signal)
  for (const [index, at] of targets.entries()) {
    // One that closed between the bind and the read is no obstacle any more.
    const free =
      alone[index] === true || (rows?.length === 0 && bindAlone({ ...at, port }) === null)
    const reason = takenBecause(rows, at, free)
    if (reason !== null) return taken(port, reason)
  }
  return null
}
