/** The sockets with certain ports, as far as they can be read. */

import { throwIfAborted } from '../table/signal.ts'
import { listSockets, listSocketsSync } from '../table/snapshot.ts'
import type { ListOptions, SocketRow } from '../types/index.ts'
import { isShortage } from './refusals.ts'

/** What could not be read: only the owners of the sockets, or the sockets themselves. */
export type Unreadable = 'owners' | 'sockets'

/** The sockets that were read, and what could not be. */
export interface PortTable {
  readonly rows: readonly SocketRow<'details'>[]
  readonly unreadable: Unreadable | null
}

/** Owners need /proc, sockets sock_diag or /proc/net: a sandbox may have neither. */
const STEPS = [
  { owners: 'first', unreadable: null },
  { owners: 'none', unreadable: 'owners' },
] as const

const NOTHING: PortTable = { rows: [], unreadable: 'sockets' }

/** Throws errors that a later read might not have. */
function throwUnlessUnreadable(error: unknown, signal?: AbortSignal): void {
  throwIfAborted(signal)
  if (isShortage(error) || !(error instanceof Error && 'syscall' in error)) throw error
}

export async function readPortTable(
  query: ListOptions,
  signal: AbortSignal | undefined,
): Promise<PortTable> {
  for (const { owners, unreadable } of STEPS) {
    try {
      const { rows } = await listSockets({ ...query, owners, ...(signal && { signal }) })
      return { rows, unreadable }
    } catch (error) {
      throwUnlessUnreadable(error, signal)
    }
  }
  return NOTHING
}

/** `readPortTable`, blocking. */
export function readPortTableSync(query: ListOptions): PortTable {
  for (const { owners, unreadable } of STEPS) {
    try {
      return { rows: listSocketsSync({ ...query, owners }).rows, unreadable }
    } catch (error) {
      throwUnlessUnreadable(error)
    }
  }
  return NOTHING
}
