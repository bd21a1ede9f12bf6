/** The sockets that have certain ports, as far as they can be read. */

import { throwIfAborted } from '../table/signal.ts'
import { listSockets, listSocketsSync } from '../table/snapshot.ts'
import type { Include, ListOptions, SocketRow } from '../types/index.ts'
import { isShortage } from './refusals.ts'

/** What could not be read: the owners of the sockets, or the sockets. */
export type Unreadable = 'owners' | 'sockets'

export interface PortTable {
  readonly rows: readonly SocketRow<Include>[]
  readonly unreadable: Unreadable | null
}

/** Owners take /proc, sockets sock_diag or /proc/net: a sandbox may have neither, and a bind answers. */
const STEPS = [
  { owners: 'first', unreadable: null },
  { owners: 'none', unreadable: 'owners' },
] as const

const NOTHING: PortTable = { rows: [], unreadable: 'sockets' }

/** Throws what a later read might not meet. */
function passOver(error: unknown, signal?: AbortSignal): void {
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
      passOver(error, signal)
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
      passOver(error)
    }
  }
  return NOTHING
}
