/** Tables of sockets, and reports on how they were read. */

import type { Include } from './options.ts'
import type { SocketRow } from './socket.ts'
import type { Source } from './values.ts'

/**
 * What a table may lack.
 *
 * - `owners`: owners that this process has no permission to see, or sockets of a process in `pid` that
 *   may not be read; `hidden` says how many.
 * - `search` (Linux): owners for which the search ended early; their rows say `not-searched`.
 * - `sockets`: other users' sockets, which macOS 27 and later show only to root.
 * - `netns` (Linux): the sockets of a process in `pid` that is in another network namespace, which is
 *   not read. Sockets that it opened in this namespace are in the table.
 * - `bound`: bound sockets were asked for and can't be shown (Linux before 6.8, `procfs`, Windows).
 * - `rows`: records that could not be understood.
 * - `interrupted`: the kernel reports that its table changed so much during the read that the result is
 *   not exact.
 * - `short-lived` (only from a watcher): sockets that opened and closed between two reads, of which
 *   there were more than the kernel's buffer holds.
 * - `pid-namespace`: owners, since /proc belongs to another PID namespace than this process.
 * - `unexpected`: a system call failed in an unexpected way; NODE_DEBUG=socktable prints it.
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

/** Why a source other than the preferred one was read. */
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
  /** Null unless `include` has `'names'`, and where it could no longer be read. */
  readonly name: string | null
}

/** How a table was read, and what it lacks. */
export interface TableReport {
  /** Where the rows came from; `mixed` where the protocols needed different sources. */
  readonly source: Source | 'mixed'
  /** Why it is not the preferred source; null where it is. */
  readonly fallback: Fallback | null
  /** True where nothing is missing. */
  readonly complete: boolean
  /** What is missing. */
  readonly missing: readonly Missing[]
  /** What this process has no permission to see. */
  readonly hidden: {
    /** How many processes have descriptors that this process may not read. */
    readonly processes: number
    /** How many sockets of the table have an owner that is hidden for that reason. */
    readonly sockets: number
  }
}

/** A snapshot of the sockets that a query asked for. */
export interface SocketTable<Included extends Include = never> extends TableReport {
  /** Every process in `pids` of the rows, each once. */
  readonly processes: readonly SocketProcess[]
  /** The sockets, in no particular order. */
  readonly rows: readonly SocketRow<Included>[]
}
