/** The exit codes that subcommands share. */

export const EXIT = {
  /** What was asked for is the case, or was done. */
  yes: 0,
  /** It is not the case. */
  no: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Something failed. */
  failed: 3,
} as const
