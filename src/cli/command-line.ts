/** Finds the subcommand of a command line. */

import { closest } from '../closest.ts'
import { firstOperand } from './parse.ts'
import { SUBCOMMANDS, isSubcommand } from './subcommands.ts'
import { LIST_OPTIONS } from './table-options.ts'
import { UsageError } from './usage-error.ts'
import { isPort } from './values.ts'

export interface CommandLine {
  readonly name: string
  /** Whether the name is on the command line: "list" may be left out. */
  readonly isNamed: boolean
  /** All but the name. */
  readonly words: readonly string[]
}

/** Splits a command line into the name and the rest. Throws a UsageError. */
export function splitCommandLine(argv: readonly string[]): CommandLine {
  const [first = '', ...rest] = argv
  if (isSubcommand(first)) return { name: first, isNamed: true, words: rest }
  const found = firstOperand(LIST_OPTIONS, argv)
  // An option that "list" does not know is what it reports.
  if (found === null) return { name: 'list', isNamed: false, words: argv }
  const { word, index } = found
  if (isSubcommand(word)) {
    return { name: word, isNamed: true, words: argv.filter((_, at) => at !== index) }
  }
  const meant = isPort(word) ? `who ${word}` : closest(word, Object.keys(SUBCOMMANDS))
  const hint = meant === undefined ? '' : `; did you mean socktable ${meant}?`
  throw new UsageError(`unknown command '${word}'${hint}`)
}
