/** What the native addon offers; checks that it belongs to this version of the package. */

import { OTHER_VERSION } from './addon-failure.ts'
import { loadAddon } from './addon.ts'
import type { Layout } from './layout.ts'
import { arrangeLayout, layoutDifferences } from './layout.ts'

/** What a failure means, decided by the addon from the numbers of its system. */
export type FailureReason = 'permission' | 'gone' | 'shortage' | 'unsupported' | 'other'

/** A call that failed, as the addon reports it. */
export interface NativeFailure {
  /** Absent in a failure that no addon reported. */
  readonly reason?: FailureReason
  /** The system's error number, positive. */
  readonly errno: number
  readonly syscall: string
  readonly path?: string
  /** Why the first source failed, where the second one did too. */
  readonly cause?: NativeFailure
}

/** Takes what a read found. The buffer is lent: once this returns it is empty. */
export type Receive<Result> = (
  ...outcome: [buffer: ArrayBuffer, failure: null] | [buffer: null, failure: NativeFailure]
) => Result

/** A process in short, as the addon reports it; what is null could not be read. */
export interface NativeProcess {
  readonly pid: number
  readonly parentPid: number | null
  readonly startTime: string | null
  readonly startedAt: number | null
  readonly name: string | null
}

/** All that is known of a process. */
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

/** What a process is to its system (Windows). */
export interface NativeRole {
  readonly pid: number
  /** Whether the system stops where it ends; null where the system does not say. */
  readonly critical: boolean | null
  /** The names of the services that it runs. */
  readonly services: readonly string[]
}

/** An open process; nothing can be read from it here. */
export interface NativeHandle {
  readonly __handle: never
}

/** The last table of a watcher; nothing can be read from it here. */
export interface NativeWatcher {
  readonly __watcher: never
}

/** A port that is reserved; nothing can be read from it here. */
export interface NativeReservation {
  readonly __reservation: never
}

/** What the addon exports. Queries are encoded by src/table/options.ts. */
export interface NativeBinding {
  /** The numbers of everything that crosses as bytes or numbers, by name. */
  readonly layout: Layout
  /**
   * Reads on another thread; the function returned ends the read early. `countBy`, as bits of
   * `layout.countBy`, counts the sockets instead.
   */
  read(words: Uint32Array, receive: Receive<void>, countBy?: number): () => void
  readSync<Result>(words: Uint32Array, receive: Receive<Result>, countBy?: number): Result

  /** Begins to watch what a query asks for; nothing is read yet. */
  openWatcher(words: Uint32Array): NativeWatcher
  /** Reads what changed since the last poll on another thread; one poll at a time. */
  poll(watcher: NativeWatcher, receive: Receive<void>): () => void
  /** Counts the sockets of the last poll on another thread. */
  countWatched(watcher: NativeWatcher, receive: Receive<void>, countBy: number): () => void
  /** Polls and counts, on another thread: only the number of changes is reported. */
  pollCounts(watcher: NativeWatcher, receive: Receive<void>, countBy: number): () => void
  closeWatcher(watcher: NativeWatcher): void

  /** The number of an interface, 0 where there is none of that name. Windows: the name is the number. */
  interfaceIndex(name: string): number
  /** Binds a socket and closes it; the words are those of `layout.bind`. */
  tryBind(words: Uint32Array): NativeFailure | null
  /** Reserves a TCP port until the reservation is closed, collected or the process ends. */
  reservePort(
    port: number,
  ): { readonly reservation: NativeReservation } | { readonly failure: NativeFailure }
  closeReservation(reservation: NativeReservation): void
  /** Reserves a TCP port for a while, on another thread; it can't be given back. */
  reservePortByTimeWait(
    port: number,
    receive: (nothing: null, failure: NativeFailure | null) => void,
  ): void

  /** Reads these processes, or all of them (null), on another thread; absent is what isn't there. */
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

  /** Reads the roles of these processes on another thread; ENOTSUP on other systems than Windows. */
  processRoles(
    pids: Uint32Array,
    receive: (roles: NativeRole[] | null, failure: NativeFailure | null) => void,
  ): void

  /** Binds what this process starts to it: the number of Bond in native/core/processes.h. */
  bindOffspring(): NativeFailure | number
  /** Takes note of the end of children that were adopted; `own` was started here. */
  reapAdopted(own: number): NativeFailure | null
  /** The name of a user by number, looked up on another thread; null where there is none. */
  userName(uid: number, receive: (name: string | null, failure: NativeFailure | null) => void): void

  /** Holds on to a process, so that its number can't come to mean another one. */
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

/** Every function that is called here: an addon of another version may lack one. */
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
      'the native addon of socktable is of another version than its JavaScript ' +
        `(one of them lacks ${differences.join(', ')})`,
    ),
    { code: OTHER_VERSION },
  )
}

let loaded: NativeBinding | undefined

/** The addon, loaded at the first call so that importing the package never fails for it. */
export function binding(): NativeBinding {
  loaded ??= loadAddon(checked)
  return loaded
}
