/** The commands beside list and who, each in a file of its own in commands/. */

import { check } from './commands/check.ts'
import { explain } from './commands/explain.ts'
import { free } from './commands/free.ts'
import { kill } from './commands/kill.ts'
import { run } from './commands/run.ts'
import { tree } from './commands/tree.ts'
import { wait } from './commands/wait.ts'
import { watch } from './commands/watch.ts'

/** A command with its own options. */
export interface Subcommand {
  /** The text of --help; no line is longer than 80 characters. */
  readonly help: string
  /** Runs on the words behind its name and returns the exit code. */
  run(argv: readonly string[]): Promise<number>
}

/** By the names that they have on the command line. */
export const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  check,
  explain,
  free,
  kill,
  run,
  tree,
  wait,
  watch,
}

export const SUBCOMMAND_NAMES: readonly string[] = Object.keys(SUBCOMMANDS)
