/** A hold on a process, by which a number that has come round is never mistaken for it. */

import type { NativeHandle } from '../binding.ts'
import { binding } from '../binding.ts'
import { systemError } from '../errors.ts'

/** What became of a signal; `no-way`: Windows has no such thing for this process. */
export type Sent = 'sent' | 'gone' | 'no-permission' | 'no-way'

const FAILURES: Readonly<Record<string, Exclude<Sent, 'sent'>>> = {
  ESRCH: 'gone',
  EPERM: 'no-permission',
  EACCES: 'no-permission',
  ENOTSUP: 'no-way',
}

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

  /** Takes hold of the process that has this PID now, or says why not. */
  static open(pid: number): HeldProcess | 'gone' | 'no-permission' {
    const answer = binding().openProcess(pid)
    if ('handle' in answer) return new HeldProcess(pid, answer.handle, answer.startTime)
    const error = systemError(answer.failure)
    if (error.code === 'ESRCH') return 'gone'
    if (error.code === 'EPERM' || error.code === 'EACCES') return 'no-permission'
    throw error
  }

  send(number: number): Sent {
    const failure = binding().signalProcess(this.#handle, number)
    if (failure === null) return 'sent'
    if (this.exited) return 'gone'
    const error = systemError(failure)
    const known = FAILURES[error.code]
    if (known === undefined) throw error
    return known
  }

  get exited(): boolean {
    return binding().processExited(this.#handle)
  }

  close(): void {
    binding().closeProcess(this.#handle)
  }
}
