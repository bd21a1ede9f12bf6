/** The interface of the native addon, and the check that it belongs to this version of the package. */

import { OTHER_VERSION } from './addon-failure.ts'
import { loadAddon } from './addon.ts'
import type { Layout } from './layout.ts'
import { arrangeLayout, layoutDifferences } from './layout.ts'

/** The kind of a failure, which the addon derives from its system's error numbers. */
export type FailureReason = 'permission' | 'gone' | 'shortage' | 'unsupported' | 'other'

/** A call that failed, as the addon reports it. */
export interface NativeFailure {
  /** Absent in a failure that the addon did not report. */
  readonly reason?: FailureReason
  /** The system's error number, positive. */
  readonly errno: number
  readonly syscall: string
  readonly path?: string
  /** Why the first source failed, if the second one failed too. */
  readonly cause?: NativeFailure
}

/** Receives the result of a read. The buffer is lent: it is detached when this function returns. */
export type Receive<Result> = (
  ...outcome: [buffer: ArrayBuffer, failure: null] | [buffer: null, failure: NativeFailure]
) => Result

/** The basic facts of a process, as the addon reports them; null is what could not be read. */
export interface NativeProcess {
  readonly pid: number
  readonly parentPid: number | null
  readonly startTime: string | null
  readonly startedAt: number | null
  readonly name: string | null
}

/** All facts of a process. */
export interface NativeProcessFacts extends NativeProcess {
  readonly executable: string | null
  readonly arguments: readonly string[] | null
  readonly commandLine: string | null
  readonly uid: number | null
  readonly user: string | null
  readonly cgroups: string | null
}

type ReceiveProcesses<Whole extends boolean, Result> = (
  ...outcome:
    | [records: (Whole extends true ? NativeProcessFacts : NativeProcess)[], failure: null]
    | [records: null, failure: NativeFailure]
) => Result

/** The role of a process in its system (Windows). */
export interface NativeRole {
  readonly pid: number
  /** Whether the system stops if it ends; null where the system does not report it. */
  readonly critical: boolean | null
  /** The names of the services that it runs. */
  readonly services: readonly string[]
}

/** An open process; opaque to JavaScript. */
export interface NativeHandle {
  readonly __handle: never
}

/** The last table of a watcher; opaque to JavaScript. */
export interface NativeWatcher {
  readonly __watcher: never
}

/** A reserved port; opaque to JavaScript. */
export interface NativeReservation {
  readonly __reservation: never
}

/** The exports of the addon. Queries are encoded by src/table/options.ts. */
export interface NativeBinding {
  /** The numbers of everything that is passed as bytes or numbers, by name. */
  readonly layout: Layout
  /**
   * Reads on another thread; the returned function ends the read early. With `countBy`, as bits of
   * `layout.countBy`, it counts the sockets instead.
   */
  read(query: Uint32Array, receive: Receive<void>, countBy?: number): () => void
  readSync<Result>(query: Uint32Array, receive: Receive<Result>, countBy?: number): Result

  /** Creates a watcher of what a query selects; it reads nothing yet. */
  openWatcher(query: Uint32Array): NativeWatcher
  /** Reads what changed since the last poll on another thread; one poll at a time. */
  poll(watcher: NativeWatcher, receive: Receive<void>): () => void
  /** Counts the sockets of the last poll on another thread. */
  countWatched(watcher: NativeWatcher, receive: Receive<void>, countBy: number): () => void
  /** Polls and counts, on another thread: only the number of changes is reported. */
  pollCounts(watcher: NativeWatcher, receive: Receive<void>, countBy: number): () => void
  closeWatcher(watcher: NativeWatcher): void

  /** The number of an interface, 0 where there is none of that name. Windows: the name is the number. */
  interfaceIndex(name: string): number
  /** Binds a socket and closes it; `bind` is encoded by `layout.bind`. */
  tryBind(bind: Uint32Array): NativeFailure | null
  /** Reserves a TCP port until the reservation is closed, collected or the process ends. */
  reservePort(
    port: number,
  ): { readonly reservation: NativeReservation } | { readonly failure: NativeFailure }
  closeReservation(reservation: NativeReservation): void
  /** Reserves a TCP port for a limited time, on another thread; it can't be released. */
  reservePortByTimeWait(
    port: number,
    receive: (nothing: null, failure: NativeFailure | null) => void,
  ): void

  /** Reads these processes, or all (null), on another thread; those that don't exist are left out. */
  processes<Whole extends boolean>(
    pids: Uint32Array | null,
    whole: Whole,
    receive: ReceiveProcesses<Whole, void>,
  ): void
  processesSync<Whole extends boolean, Result>(
    pids: Uint32Array | null,
    whole: Whole,
    receive: ReceiveProcesses<Whole, Result>,
  ): Result

  /** Reads the roles of these processes on another thread; ENOTSUP on systems other than Windows. */
  processRoles(
    pids: Uint32Array,
    receive: (roles: NativeRole[] | null, failure: NativeFailure | null) => void,
  ): void

  /** Ties the processes that this one starts to it; returns a Bond of native/core/processes.h. */
  bindOffspring(): NativeFailure | number
  /** Reaps adopted children that have ended, except `own`, which this process started. */
  reapAdopted(own: number): NativeFailure | null
  /** The name of a user by number, looked up on another thread; null where there is none. */
  userName(uid: number, receive: (name: string | null, failure: NativeFailure | null) => void): void

  /** Opens a process, so that later calls reach only this one, even if its PID is reused. */
  openProcess(
    pid: number,
  ):
    | { readonly handle: NativeHandle; readonly startTime: string | null }
    | { readonly failure: NativeFailure }
  /** Windows: 9 ends the process, other numbers ask its windows to close. */
  signalProcess(handle: NativeHandle, number: number): NativeFailure | null
  processExited(handle: NativeHandle): boolean
  closeProcess(handle: NativeHandle): void
}

/** Every function that is used: an addon of another version may lack one. */
const FUNCTIONS: Readonly<Record<Exclude<keyof NativeBinding, 'layout'>, true>> = {
  read: true,
  readSync: true,
  openWatcher: true,
  poll: true,
  countWatched: true,
  pollCounts: true,
  closeWatcher: true,
  interfaceIndex: true,
  tryBind: true,
  reservePort: true,
  closeReservation: true,
  reservePortByTimeWait: true,
  processes: true,
  processesSync: true,
  processRoles: true,
  bindOffspring: true,
  reapAdopted: true,
  userName: true,
  openProcess: true,
  signalProcess: true,
  processExited: true,
  closeProcess: true,
}

function checked(addon: unknown): NativeBinding {
  const { layout = {}, ...functions } = Object(addon) as Partial<NativeBinding> & {
    readonly layout?: Readonly<Record<string, number>>
  }
  const lacking = Object.keys(FUNCTIONS).filter(
    (name) => typeof functions[name as keyof typeof FUNCTIONS] !== 'function',
  )
  const differences = [...layoutDifferences(layout), ...lacking]
  if (differences.length === 0) {
    return { ...(functions as Omit<NativeBinding, 'layout'>), layout: arrangeLayout(layout) }
  }
  throw Object.assign(
    new Error(
      'the native addon and the JavaScript of socktable are of different versions ' +
        `(one of them lacks ${differences.join(', ')})`,
    ),
    { code: OTHER_VERSION },
  )
}

let loaded: NativeBinding | undefined

/** The addon, loaded at the first call, so that importing the package never fails because of it. */
export function binding(): NativeBinding {
  loaded ??= loadAddon(checked)
  return loaded
}
