/** Public types of processes. */

/** A process in short. PIDs are reused: its PID and its start time together identify a process. */
export interface ProcessRecord {
  /** Its process ID. */
  readonly pid: number
  /**
   * The PID of its parent; null where it has none, no longer has one, or it is unknown. Linux: its present
   * parent, which is 1 or another reaper once the original one has ended; null for one outside of this
   * PID namespace. Windows: the process that created it, while that runs; a younger process that got
   * its PID since is left out. macOS: as Linux.
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
   * changes when the wall clock is set.
   */
  readonly startedAt: number | null
  /**
   * Its name. Linux: as in `SocketRow.processName`. Windows: the file name of its executable. macOS:
   * that of its program, cut at 32 bytes, and at 16 for another user's process. Null where it is
   * hidden.
   */
  readonly name: string | null
}

/** A container, from the path of a cgroup: the innermost where an engine runs in a container itself. */
export interface Container {
  /**
   * Its engine. `kubernetes` where the path names a pod and not the engine that runs it; `unknown`
   * where it has an identifier of 64 digits below a directory of no known engine (`docker run
   * --cgroup-parent`) and the engine's monitor process is not visible either.
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
  /** Its ID of 64 hexadecimal digits, or its name (LXC, LXD, Incus, nspawn, libvirt). */
  readonly id: string
}

/** The facts of a process. A null could not be read or does not exist on this system. */
export interface ProcessInfo extends ProcessRecord {
  /**
   * The path of its program. Linux: /proc/<pid>/exe, which needs the right to trace the process; the
   * file may have been replaced or removed since. Windows: the path of its image. macOS: proc_pidpath().
   */
  readonly executable: string | null
  /**
   * Its arguments; the first is how it was called. Linux: /proc/<pid>/cmdline, which the process may
   * overwrite; null for kernel threads. Windows: null, since there is only one text; see
   * `commandLine`. macOS: kern.procargs2, of this user's processes; root sees all.
   */
  readonly arguments: readonly string[] | null
  /**
   * The command line as one text. Linux and macOS: the arguments joined by spaces, for display.
   * Windows: as it was passed to the process (8.1 and later).
   */
  readonly commandLine: string | null
  /** Its effective user. Windows: null. */
  readonly uid: number | null
  /**
   * The name of that user; null where the number has none. Windows: DOMAIN\NAME, null where its
   * token may not be read.
   */
  readonly user: string | null
  /**
   * Its cgroup (Linux): the path in the unified hierarchy, or in systemd's own where that one is
   * empty, as this process's cgroup namespace shows it.
   */
  readonly cgroup: string | null
  /** The container of its cgroup (Linux), as seen from outside of that container. */
  readonly container: Container | null
  /** The innermost systemd unit of its cgroup (Linux), such as `nginx.service`. */
  readonly unit: string | null
}

/** A process with its descendants. */
export interface ProcessNode extends ProcessRecord {
  /** Its children, by start time. */
  readonly children: readonly ProcessNode[]
}

/** A process with its ancestors and descendants. */
export interface ProcessTree {
  /** Its parent, the parent of that and so on. */
  readonly ancestors: readonly ProcessRecord[]
  /** The process with its descendants. */
  readonly process: ProcessNode
}

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
