/** Shows which processes would be ended, asks, and ends those alone. */

import { createInterface } from 'node:readline/promises'
import type { EndedProcess } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { plural, printError } from '../output.ts'
import { outcomeOf } from '../print/process.ts'

/** What ending by port and by PID have in common. */
export interface Ending<Result> {
  /** What would be done. */
  plan(): Promise<Result>
  /** Ends processes: those of the plan that was confirmed, or all where none was asked for. */
  carryOut(only: readonly EndedProcess[] | undefined): Promise<Result>
  processesOf(result: Result): readonly EndedProcess[]
  /** Prints the result and returns the exit code. */
  show(result: Result): Promise<number>
}

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const closed = new Promise<string>((resolve) =>
      terminal.once('close', () => {
        resolve('')
      }),
    )
    const answer = await Promise.race([terminal.question(question), closed])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}

/** Returns the exit code. */
export async function perform<Result>(
  ending: Ending<Result>,
  { yes, dryRun }: { readonly yes: boolean; readonly dryRun: boolean },
): Promise<number> {
  if (dryRun) return ending.show(await ending.plan())
  if (yes) return ending.show(await ending.carryOut(undefined))

  const planned = ending.processesOf(await ending.plan())
  const toEnd = planned.filter(({ outcome }) => outcome === 'would-be-terminated')
  if (toEnd.length > 0) {
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
      printError('kill asks before it ends anything, and there is no terminal: add --yes')
      return EXIT.usage
    }
    process.stderr.write(planned.map((each) => `${outcomeOf(each)}\n`).join(''))
    if (!(await confirm(`End ${plural(toEnd.length, 'process', 'processes')}? [y/N] `))) {
      printError('nothing was done')
      return EXIT.usage
    }
  }
  // A process that started after the question was not part of it.
  return ending.show(await ending.carryOut(toEnd))
}
