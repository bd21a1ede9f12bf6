/** Public types of ending processes. */

import type { Abortable, ListOptions, Protocol, SocketRow } from '../types/index.ts'
import type { Container, ProcessRecord, SignalName } from './types.ts'

/**
 * What became of a process.
 *
 * - `terminated`: it ended after the first signal.
 * - `killed`: it was killed (SIGKILL, TerminateProcess).
 * - `already-gone`: it had ended before, or no longer holds the port.
 * - `refused`: it was not touched; `reason` says why.
 * - `no-permission`: the system did not permit it.
 * - `survived`: it still runs, after everything that the options allow.
 * - `would-be-terminated`: it was not touched, as `dryRun` asked.
 */
export type ProcessOutcome =
  | 'terminated'
  | 'killed'
  | 'already-gone'
  | 'refused'
  | 'no-permission'
  | 'survived'
  | 'would-be-terminated'

/**
 * Why a process was not ended.
 *
 * - `self`: it is this process.
 * - `ancestor`: this process descends from it.
 * - `maybe-ancestor` (Linux): this process may descend from it: /proc hides some of its ancestors
 *   (hidepid), and nothing rules it out.
 * - `system`: PID 1, and systemd or launchd of a user, which listen for services; macOS: 0 as well;
 *   Windows: 0, 4 and the programs that Windows itself consists of.
 * - `critical` (Windows): the system stops when it ends (IsProcessCritical). Nothing allows that.
 * - `service` (Windows): it runs services of the system.
 * - `proxy`: it listens for others: for containers, virtual machines or the services of inetd. Ending
 *   an engine stops everything that it runs.
 * - `not-named`: it listens on the port and is not listed in `only`.
 * - `unidentified`: it is not certain that it is the process that was meant.
 * - `no-graceful-way`: Windows cannot ask it to end, since it has no window. `force` would end it.
 */
export type RefusalReason =
  | 'self'
  | 'ancestor'
  | 'maybe-ancestor'
  | 'system'
  | 'critical'
  | 'service'
  | 'proxy'
  | 'not-named'
  | 'unidentified'
  | 'no-graceful-way'

/** A process that was to be ended. */
export interface EndedProcess extends ProcessRecord {
  /** What became of it. */
  readonly outcome: ProcessOutcome
  /** The reason for that; null where the outcome needs none. */
  readonly reason: RefusalReason | null
  /** What to do instead, where it was refused and that is known; else null. */
  readonly advice: string | null
  /** Those of the given ports that it listened on; empty for a descendant of such a process. */
  readonly ports: readonly number[]
}

/** A group of processes that are only ended where it is allowed. */
export type ProtectedGroup = 'ancestors' | 'system' | 'proxies'
export const PROTECTED: readonly ProtectedGroup[] = ['ancestors', 'system', 'proxies']

/** Options of `terminate`, and of `killPort`. */
export interface TerminateOptions extends Abortable {
  /**
   * The signal that asks the process to end. Windows has no signals: any but `SIGKILL` asks the windows
   * of the process to close, as a click does, and a process without a window is ended immediately.
   *
   * @default 'SIGTERM'
   */
  readonly killSignal?: SignalName
  /**
   * How long to wait after that signal, in milliseconds. 0: kill immediately, without asking.
   * `Infinity`: wait without a limit.
   *
   * @default 5000
   */
  readonly timeout?: number
  /**
   * Whether to kill (SIGKILL, TerminateProcess) a process that still runs after that.
   *
   * @default true
   */
  readonly force?: boolean
  /**
   * Whether to end the descendants as well. They are signalled after their ancestors, so that a
   * supervisor does not restart a child that it sees end.
   *
   * @default false
   */
  readonly tree?: boolean
  /**
   * Whether only to report what would be done.
   *
   * @default false
   */
  readonly dryRun?: boolean
  /**
   * Processes that may be ended although they are refused by default: `ancestors`, from which this
   * process descends or may descend; `system`, which is PID 1 (the program itself in a container) and
   * processes with the reasons `system` and `service`; `proxies`, which listen for others. This
   * process and those that are `critical` to Windows are never ended.
   *
   * @default []
   */
  readonly allow?: readonly ProtectedGroup[]
}

/** Options of `killPort`. */
export interface KillPortOptions extends TerminateOptions {
  /**
   * The protocol of the port. With `udp` alone, every process with an unconnected socket on the port
   * counts; with both, not those whose UDP socket is in the ephemeral range: these are clients (DNS,
   * QUIC, WebRTC).
   *
   * @default 'tcp'
   */
  readonly protocol?: Protocol | readonly Protocol[]
  /**
   * Only sockets of these address families count.
   *
   * @default both
   */
  readonly family?: ListOptions['family']
  /**
   * End only these of the processes that listen, as a dry run returned them: a user who agreed to end
   * those has not agreed to end others that came later.
   *
   * @default all of them
   */
  readonly only?: readonly Pick<ProcessRecord, 'pid' | 'startTime'>[]
  /**
   * How long to watch, in milliseconds, whether a new process listens on the ports, as a supervisor
   * starts one. Ends early once one does.
   *
   * @default 500
   */
  readonly settle?: number
}

/** The result of `terminate`. */
export interface TerminateResult {
  /** Whether every process in `processes` has ended. */
  readonly ended: boolean
  /** The process, and its descendants where `tree` asked for them. */
  readonly processes: readonly EndedProcess[]
}

/** A process that listens on a port after `killPort`. */
export interface PortHolder extends ProcessRecord {
  /** The name of its parent; null where that is not known. */
  readonly parentName: string | null
  /** Its container, whose engine may restart it; as in `ProcessInfo`. */
  readonly container: Container | null
  /** Its systemd unit, which may restart it; as in `ProcessInfo`. */
  readonly unit: string | null
  /** Whether it is new: a supervisor, usually its parent, started it again. */
  readonly isNew: boolean
}

/**
 * What became of a port.
 *
 * - `nothing-there`: no socket listened on it.
 * - `closed`: no socket listens on it any more.
 * - `taken-again`: the processes that listened have ended, and a new one listens.
 * - `still-held`: a process that listened still does.
 * - `unchanged`: nothing was done, as `dryRun` asked.
 */
export type PortOutcome = 'nothing-there' | 'closed' | 'taken-again' | 'still-held' | 'unchanged'

/** The result of `killPort` for one port. */
export interface PortResult {
  /** The port. */
  readonly port: number
  /** What became of it. */
  readonly outcome: PortOutcome
  /** Whether no socket listens on it now. Closed connections may remain on it in TIME_WAIT. */
  readonly closed: boolean
  /** The processes that listen on it now. */
  readonly holders: readonly PortHolder[]
  /** Sockets that listen on it now and whose owner is not known; `ownerUnknown` has the reason. */
  readonly unknown: readonly SocketRow<'details'>[]
}

/** The result of `killPort`. */
export interface KillPortResult {
  /** Whether no socket listens on any of the ports now. */
  readonly closed: boolean
  /** The ports, in the order in which they were given. */
  readonly ports: readonly PortResult[]
  /** Every process that listened on one of them, and its descendants where `tree` asked for them. */
  readonly processes: readonly EndedProcess[]
}
