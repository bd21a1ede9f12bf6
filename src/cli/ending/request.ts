/** What "socktable kill" was asked to do. */

import type { KillPortOptions } from '../../index.ts'

export interface KillRequest {
  /** Empty where there are PIDs. */
  readonly ports: readonly number[]
  readonly pids: readonly number[]
  readonly options: KillPortOptions
  readonly yes: boolean
  readonly dryRun: boolean
  readonly json: boolean
}
