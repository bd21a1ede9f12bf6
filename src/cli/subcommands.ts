/** The commands beside list and who, each in a file of its own in commands/. */

import { kill } from './commands/kill.ts'
import { tree } from './commands/tree.ts'

/** A command with its own options. */
export interface Subcommand {
  /** The text of --help; no line is longer than 80 characters. */
  readonly help: string
  /** Runs on the words behind its name and returns the exit code. */
  run(argv: readonly string[]): Promise<number>
}

/** By the names that they have on the command line. */
export const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = { kill, tree }

export const SUBCOMMAND_NAMES: readonly string[] = Object.keys(SUBCOMMANDS)
