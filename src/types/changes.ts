/** What changed in a table. */

import type { Include } from './options.ts'
import type { SocketRow } from './socket.ts'
import type { SocketProcess, TableReport } from './table.ts'

/** A socket that changed: its state, its owners, its interface or what else but its queues. */
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
  /** Every process that `pids` of a row here names, each once. */
  readonly processes: readonly SocketProcess[]
  /** Sockets that are new. */
  readonly opened: readonly SocketRow<Included>[]
  /** As they were when they were last seen. */
  readonly closed: readonly SocketRow<Included>[]
  /** Sockets that were there before and are different now. */
  readonly changed: readonly SocketChange<Included>[]
  /**
   * Sockets that opened and closed since the set before and are in no other list: with their
   * addresses, state `CLOSED`, no direction, and no known owner (`gone`). Null where the system does
   * not report sockets that close. Linux: from the destroy groups of `sock_diag`, which any process
   * may join (net/core/sock_diag.c); connections where the query asks for them in every state, and UDP
   * sockets, but not where it names processes. The kernel reports them a little later than they
   * closed, and not those that were reset at their end (SO_LINGER), which forget the peer.
   */
  readonly shortLived: readonly SocketRow<Included>[] | null
}
