/** Tables of sockets, and what a read knows about itself. */

import type { Include } from './options.ts'
import type { SocketRow } from './socket.ts'
import type { Source } from './values.ts'

/**
 * What a table may lack.
 *
 * - `owners`: sockets whose owner permission hid, or sockets of a process in `pid` that may not be
 *   read; `hidden` says how many.
 * - `search` (Linux): owners for which the search ended early; their rows say `not-searched`.
 * - `sockets`: other users' sockets, which macOS 27 and later keep from all but root.
 * - `netns` (Linux): the sockets of a process in `pid` that is in another network namespace, whose
 *   tables this read does not show. Sockets that it opened in this one are in the table.
 * - `bound`: bound sockets were asked for and can't be shown (Linux before 6.8, `procfs`, Windows).
 * - `rows`: records that could not be understood.
 * - `interrupted`: the kernel says that its table changed so much that the reading is not exact.
 * - `short-lived`: sockets that opened and closed between two reads; there were more of them than the
 *   kernel keeps for a later reader (of a watcher alone).
 * - `pid-namespace`: owners, since /proc belongs to another PID namespace than this process.
 * - `unexpected`: a system call failed in a way that it should not; NODE_DEBUG=socktable prints it.
 */
export type Missing =
  | 'owners'
  | 'search'
  | 'sockets'
  | 'netns'
  | 'bound'
  | 'rows'
  | 'interrupted'
  | 'short-lived'
  | 'pid-namespace'
  | 'unexpected'

/** Why another source was read than the preferred one. */
export interface Fallback {
  /** The system's error code, such as `ENOENT`. */
  readonly code: string
  /** The system call that failed. */
  readonly syscall: string
}

/** A process that holds sockets of a table. */
export interface SocketProcess {
  /** Its process ID. */
  readonly pid: number
  /** Null where it was not asked for by `names`, or could not be read any more. */
  readonly name: string | null
}

/** What a read of the table knows about itself. */
export interface TableReport {
  /** Where the rows came from; `mixed` where one protocol needed another source than the other. */
  readonly source: Source | 'mixed'
  /** Why that is not the preferred source; null where it is. */
  readonly fallback: Fallback | null
  /** True where nothing is missing. */
  readonly complete: boolean
  /** What is missing. */
  readonly missing: readonly Missing[]
  /** How much permission hid. */
  readonly hidden: {
    /** Processes whose descriptors this process may not read. */
    readonly processes: number
    /** Sockets of the table whose owner is hidden by that. */
    readonly sockets: number
  }
}

/** A snapshot of the sockets that a query asked for. */
export interface SocketTable<Included extends Include = never> extends TableReport {
  /** Every process that `pids` of a row names, each once. */
  readonly processes: readonly SocketProcess[]
  /** In no order that means anything. */
  readonly rows: readonly SocketRow<Included>[]
}
