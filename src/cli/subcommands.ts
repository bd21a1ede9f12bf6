/** The commands beside list and who, each in a file of its own that is loaded when it is called. */

/** A command with its own options. */
export interface Subcommand {
  /** The text of --help; no line is longer than 80 characters. */
  readonly help: string
  /** Runs on the words behind its name and returns the exit code. */
  run(argv: readonly string[]): Promise<number>
}

/** Loads each of them, by the name that it has on the command line. */
export const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  check: async () => (await import('./commands/check.ts')).check,
  explain: async () => (await import('./commands/explain.ts')).explain,
  free: async () => (await import('./commands/free.ts')).free,
  kill: async () => (await import('./commands/kill.ts')).kill,
  run: async () => (await import('./commands/run.ts')).run,
  tree: async () => (await import('./commands/tree.ts')).tree,
  wait: async () => (await import('./commands/wait.ts')).wait,
  watch: async () => (await import('./commands/watch.ts')).watch,
}

export const SUBCOMMAND_NAMES: readonly string[] = Object.keys(SUBCOMMANDS)
