/** The changes of a table. */

import type { Include } from './options.ts'
import type { SocketRow } from './socket.ts'
import type { SocketProcess, TableReport } from './table.ts'

/** A socket that changed in any field except its queues: its state, its owners, its interface. */
export interface SocketChange<Included extends Include = never> {
  /** As it was at the last read. */
  readonly before: SocketRow<Included>
  /** As it is now. */
  readonly after: SocketRow<Included>
}

/** What changed between two reads of a table. */
export interface SocketChanges<Included extends Include = never> extends TableReport {
  /** How many sockets the table has now. */
  readonly sockets: number
  /** Every process in `pids` of these rows, each once. */
  readonly processes: readonly SocketProcess[]
  /** Sockets that are new. */
  readonly opened: readonly SocketRow<Included>[]
  /** Sockets that closed, as they were when last seen. */
  readonly closed: readonly SocketRow<Included>[]
  /** Sockets that were there before and are different now. */
  readonly changed: readonly SocketChange<Included>[]
  /**
   * Sockets that opened and closed since the previous set and are in no other list: with their
   * addresses, state `CLOSED`, no direction, and no known owner (`gone`). Null where the system does
   * not report sockets that close. Linux: from the destroy groups of `sock_diag`, which any process
   * may join (net/core/sock_diag.c). They cover UDP sockets, and connections if the query selects them
   * in every state; null if the query has `pid`. The kernel reports a socket shortly after it closed.
   * It does not report one that ended with a reset (SO_LINGER), which has lost its peer by then.
   */
  readonly shortLived: readonly SocketRow<Included>[] | null
}
