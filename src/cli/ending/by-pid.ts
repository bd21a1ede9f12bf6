/** Ends processes by their PIDs. */

import type { ProcessReference, TerminateOptions, TerminateResult } from '../../index.ts'
import { terminate } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { print } from '../output.ts'
import { formatJson } from '../print/json.ts'
import { outcomeOf } from '../print/process.ts'
import type { Ending } from './confirm.ts'
import type { KillRequest } from './request.ts'

export function byPid({ pids, options, dryRun, json }: KillRequest): Ending<TerminateResult> {
  const { protocol: _, ...rest } = options
  const all = async (which: readonly ProcessReference[], more: TerminateOptions) => {
    const results = await Promise.all(which.map((each) => terminate(each, { ...rest, ...more })))
    return {
      ended: results.every(({ ended }) => ended),
      processes: results.flatMap(({ processes }) => processes),
    }
  }
  return {
    plan: () => all(pids, { dryRun: true }),
    carryOut: (only) => all(only === undefined || only.length === 0 ? pids : only, {}),
    processesOf: ({ processes }) => processes,
    show: (result) => {
      const { ended, processes } = result
      print(json ? formatJson(result) : processes.map((each) => `${outcomeOf(each)}\n`).join(''))
      if (processes.every(({ outcome }) => outcome === 'already-gone')) {
        return Promise.resolve(EXIT.no)
      }
      const possible = processes.some(({ outcome }) => outcome === 'would-be-terminated')
      return Promise.resolve((dryRun ? possible : ended) ? EXIT.yes : EXIT.failed)
    },
  }
}
