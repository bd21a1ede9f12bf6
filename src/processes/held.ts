/** A hold on a process, so that a reused PID is never mistaken for it. */

import type { FailureReason, NativeHandle } from '../binding.ts'
import { binding } from '../binding.ts'
import { systemError } from '../errors.ts'

/** The result of a signal; `unsupported`: Windows has none for this process. */
type SignalResult = 'sent' | 'gone' | 'no-permission' | 'unsupported'

const FAILURES: Readonly<Partial<Record<FailureReason, Exclude<SignalResult, 'sent'>>>> = {
  gone: 'gone',
  permission: 'no-permission',
  unsupported: 'unsupported',
}

/** A process that is held: Linux by a pidfd, Windows by a handle. */
export class HeldProcess {
  readonly pid: number
  /** As in `ProcessRecord`; null where it is hidden or the process has ended. */
  readonly startTime: string | null
  readonly #handle: NativeHandle

  private constructor(pid: number, handle: NativeHandle, startTime: string | null) {
    this.pid = pid
    this.startTime = startTime
    this.#handle = handle
  }

  /** Holds the process that has this PID now, or returns why it cannot. */
  static open(pid: number): HeldProcess | 'gone' | 'no-permission' {
    const answer = binding().openProcess(pid)
    if ('handle' in answer) return new HeldProcess(pid, answer.handle, answer.startTime)
    const { reason } = answer.failure
    if (reason === 'gone') return 'gone'
    if (reason === 'permission') return 'no-permission'
    throw systemError(answer.failure)
  }

  send(number: number): SignalResult {
    const failure = binding().signalProcess(this.#handle, number)
    if (failure === null) return 'sent'
    if (this.exited) return 'gone'
    const known = FAILURES[failure.reason ?? 'other']
    if (known === undefined) throw systemError(failure)
    return known
  }

  get exited(): boolean {
    return binding().processExited(this.#handle)
  }

  close(): void {
    binding().closeProcess(this.#handle)
  }
}
