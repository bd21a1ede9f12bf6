/** The public types of what concerns processes. */

import type { Abortable, Family, Protocol, SocketRow } from '../types.ts'

/** A process in short. PIDs come round: a process is named by its PID and its start time. */
export interface ProcessRecord {
  readonly pid: number
  /**
   * Null where there is none (any more) or it is not known. Linux: the process that it is a child of
   * now, which is 1 or another reaper once the one that made it has ended; null for one outside of
   * this PID namespace. Windows: the process that made it, for as long as that is there: a process
   * that has got that number since and is younger is left out. macOS: as Linux.
   */
  readonly parentPid: number | null
  /**
   * When it started as the system counts it, exact: text to compare and nothing else. Linux: clock
   * ticks since boot (proc_pid_stat(5), field 22). Windows: a FILETIME. macOS: microseconds since
   * 1970. Null where it is hidden (hidepid).
   */
  readonly startTime: string | null
  /**
   * The same in milliseconds since 1970. Linux: as exact as the kernel's clock tick (10 ms), and it
   * moves when the wall clock is set.
   */
  readonly startedAt: number | null
  /**
   * The name that the process goes by. Linux: as in `SocketRow.processName`. Windows: the file name
   * of its executable. macOS: that of its program, cut at 32 bytes, and at 16 for another user's
   * process. Null where it is hidden.
   */
  readonly name: string | null
}

/** A container, as a cgroup's path names it: the innermost where an engine runs in another's. */
export interface Container {
  /**
   * `kubernetes` where the path names a pod and not what runs it; `unknown` where it names an
   * identifier of 64 digits below a directory of no known engine (`docker run --cgroup-parent`), and
   * the process that watches it for its engine is not visible either.
   */
  readonly runtime:
    | 'docker'
    | 'podman'
    | 'containerd'
    | 'cri-o'
    | 'kubernetes'
    | 'lxc'
    | 'libvirt-lxc'
    | 'nspawn'
    | 'buildkit'
    | 'mesos'
    | 'garden'
    | 'unknown'
  /** 64 hexadecimal digits, or the name of the container (LXC, LXD, Incus, nspawn, libvirt). */
  readonly id: string
}

/** What is known of a process; what is null could not be read or does not exist on this system. */
export interface ProcessInfo extends ProcessRecord {
  /**
   * The path of its program. Linux: /proc/<pid>/exe, which takes the right to trace the process; the
   * file may have been replaced or removed since. Windows: the path of its image. macOS: proc_pidpath().
   */
  readonly executable: string | null
  /**
   * Its arguments, the first of which is its name for itself. Linux: /proc/<pid>/cmdline, which the
   * process may overwrite; null for threads of the kernel. Windows: null, since there is only one
   * text; see `commandLine`. macOS: kern.procargs2, of this user's processes; root sees all.
   */
  readonly arguments: readonly string[] | null
  /**
   * The command line as one text. Linux and macOS: the arguments with blanks between them, for people to read.
   * Windows: as it was given to the process (8.1 and later).
   */
  readonly commandLine: string | null
  /** Its effective user. Windows: null. */
  readonly uid: number | null
  /**
   * The name of that user, null where the number has none. Windows: DOMAIN\NAME, null where its
   * token may not be read.
   */
  readonly user: string | null
  /**
   * Its cgroup (Linux): the path in the unified hierarchy, or in systemd's own where that one is
   * empty, as this process's cgroup namespace shows it.
   */
  readonly cgroup: string | null
  /** The container that its cgroup names (Linux), seen from outside of that container. */
  readonly container: Container | null
  /** The systemd unit that its cgroup names (Linux), such as `nginx.service`: the innermost one. */
  readonly unit: string | null
}

/** A process with what it started. */
export interface ProcessNode extends ProcessRecord {
  /** By start time. */
  readonly children: readonly ProcessNode[]
}

/** Where a process stands among the others. */
export interface ProcessTree {
  /** Its parent, its parent's parent and so on. */
  readonly ancestors: readonly ProcessRecord[]
  readonly process: ProcessNode
}

/**
 * What became of a process.
 *
 * - `terminated`: it ended after the first signal.
 * - `killed`: it was forced to.
 * - `already-gone`: it had ended before, or holds the port no longer.
 * - `refused`: nothing was done to it; `reason` says why.
 * - `no-permission`: the system refused.
 * - `survived`: it is still there, though what may be done was done.
 * - `would-be-terminated`: nothing was done, as `dryRun` asked.
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
 * Why.
 *
 * - `self`: it is this process.
 * - `ancestor`: this process descends from it.
 * - `maybe-ancestor` (Linux): this process may descend from it: who started this one is not known up
 *   to the first process, since /proc hides some of them (hidepid), and nothing rules it out.
 * - `system`: PID 1, and systemd or launchd of a user, which listen for services; macOS: 0 as well;
 *   Windows: 0, 4 and the programs that Windows itself consists of.
 * - `critical` (Windows): the system stops where it ends (IsProcessCritical). Nothing allows that.
 * - `service` (Windows): it runs services of the system.
 * - `proxy`: it listens for others: for containers, virtual machines or the services of inetd. An
 *   engine takes down with it all that it runs.
 * - `not-named`: it listens on the port and is not among those of `only`.
 * - `unidentified`: it can't be told whether it is the process that was meant.
 * - `no-graceful-way`: Windows has no way to ask it: it has no window. `force` would end it.
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

/** A process that was to end. */
export interface EndedProcess extends ProcessRecord {
  readonly outcome: ProcessOutcome
  /** Null where the outcome says all. */
  readonly reason: RefusalReason | null
  /** What helps instead of ending it, where it was refused and that is known; else null. */
  readonly advice: string | null
  /** The ports asked for that it listened on; empty for a descendant of such a process. */
  readonly ports: readonly number[]
}

export const PROTECTED = ['ancestors', 'system', 'proxies'] as const

/** The name of a signal, as `process.kill` takes it. */
export type SignalName =
  | 'SIGTERM'
  | 'SIGKILL'
  | 'SIGINT'
  | 'SIGHUP'
  | 'SIGQUIT'
  | 'SIGUSR1'
  | 'SIGUSR2'
  | (`SIG${string}` & {})

/** How to end processes. */
export interface TerminateOptions extends Abortable {
  /**
   * The signal that asks for the end. Default: `SIGTERM`. Windows has none: any but `SIGKILL` asks
   * the process's windows to close, as a click does, and what has no window is forced at once.
   */
  readonly killSignal?: SignalName
  /**
   * For how many milliseconds to wait after that. 0: force at once, without asking. `Infinity`: for
   * as long as it takes. Default: 5000.
   */
  readonly timeout?: number
  /** Whether to force (SIGKILL, TerminateProcess) what is still there then. Default: true. */
  readonly force?: boolean
  /**
   * Whether to end the descendants as well. They are signalled after what they descend from, so that
   * a supervisor does not start anew what it sees end. Default: false.
   */
  readonly tree?: boolean
  /** Whether only to say what would be done. Default: false. */
  readonly dryRun?: boolean
  /**
   * What may be ended although it is refused by default: `ancestors`, that this process descends or
   * may descend from; `system`, PID 1 (the program itself in a container) and what has the reasons
   * `system` and `service`; `proxies`, what listens for others. This process itself and what Windows
   * calls critical are never ended. Default: none of them.
   */
  readonly allow?: readonly (typeof PROTECTED)[number][]
}

export interface KillPortOptions extends TerminateOptions {
  /**
   * Default: `tcp`. With `udp` alone, whoever has an unconnected socket on the port; with both, not
   * those whose UDP socket is in the ephemeral range: these are clients (DNS, QUIC, WebRTC).
   */
  readonly protocol?: Protocol | readonly Protocol[]
  /** Default: both. */
  readonly family?: Family | readonly Family[]
  /**
   * Only these of the processes that listen, as a dry run named them: somebody who agreed to end those
   * has not agreed to end who came after them. Default: all.
   */
  readonly only?: readonly Pick<ProcessRecord, 'pid' | 'startTime'>[]
  /**
   * For how many milliseconds to watch whether the ports stay free, since what is supervised comes
   * back. Ends at once where one is taken again. Default: 500.
   */
  readonly settle?: number
}

/** What `terminate` did. */
export interface TerminateResult {
  /** Whether every process named has ended. */
  readonly ended: boolean
  /** The process, and what descends from it where `tree` asked for that. */
  readonly processes: readonly EndedProcess[]
}

/** A process that listens on a port after all. */
export interface PortHolder extends ProcessRecord {
  readonly parentName: string | null
  /** As in `ProcessInfo`: what starts it again is the container's engine or systemd. */
  readonly container: Container | null
  readonly unit: string | null
  /** Whether it was not there before: a supervisor, most often its parent, started it anew. */
  readonly isNew: boolean
}

/**
 * What became of a port.
 *
 * - `nothing-there`: nobody listened on it.
 * - `freed`: nobody listens on it any more.
 * - `taken-again`: those who listened have ended, and a new process listens.
 * - `still-held`: somebody who listened still does.
 * - `unchanged`: nothing was done, as `dryRun` asked.
 */
export type PortOutcome = 'nothing-there' | 'closed' | 'taken-again' | 'still-held' | 'unchanged'

export interface PortResult {
  readonly port: number
  readonly outcome: PortOutcome
  /** Whether nobody listens on it now. Closed connections may linger on it all the same. */
  readonly closed: boolean
  /** Who listens on it now. */
  readonly holders: readonly PortHolder[]
  /** Sockets that listen on it now and whose owner is not known; each says why. */
  readonly unknown: readonly SocketRow[]
}

/** What `killPort` did. */
export interface KillPortResult {
  /** Whether nobody listens on any of the ports now. */
  readonly closed: boolean
  /** In the order in which they were given. */
  readonly ports: readonly PortResult[]
  /** Every process that listened on one of them, and its descendants where `tree` asked for them. */
  readonly processes: readonly EndedProcess[]
}
