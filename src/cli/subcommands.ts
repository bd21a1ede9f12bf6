/** The list of subcommands, each in a file of its own that is loaded when it is used. */

import type { Subcommand } from './subcommand.ts'

interface Entry {
  /** What follows its name in the list of subcommands. */
  readonly arguments: string
  /** What it does, in a few words. */
  readonly summary: string
  readonly load: () => Promise<Subcommand>
}

/** By the name on the command line, in the order of the help text. */
export const SUBCOMMANDS: Readonly<Record<string, Entry>> = {
  list: {
    arguments: '[OPTIONS]',
    summary: 'the sockets you choose ("list" may be left out)',
    load: async () => (await import('./commands/list.ts')).list,
  },
  who: {
    arguments: 'PORT',
    summary: 'which processes use a local port',
    load: async () => (await import('./commands/who.ts')).who,
  },
  check: {
    arguments: 'PORT...',
    summary: 'whether a server could bind ports and, if not, why',
    load: async () => (await import('./commands/check.ts')).check,
  },
  explain: {
    arguments: 'TEXT',
    summary: 'a port, or an error about one, in plain words',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  wait: {
    arguments: 'PORT',
    summary: 'until a server listens on a port, or none does',
    load: async () => (await import('./commands/wait.ts')).wait,
  },
  free: {
    arguments: '[RANGE]',
    summary: 'the number of a port that a server could bind',
    load: async () => (await import('./commands/free.ts')).free,
  },
  kill: {
    arguments: 'PORT...',
    summary: 'end the processes that listen on ports',
    load: async () => (await import('./commands/kill.ts')).kill,
  },
  tree: {
    arguments: 'PORT|PID',
    summary: 'the ancestors and descendants of a process',
    load: async () => (await import('./commands/tree.ts')).tree,
  },
  run: {
    arguments: '-- COMMAND',
    summary: 'start a program with a port of its own',
    load: async () => (await import('./commands/run.ts')).run,
  },
  watch: {
    arguments: '[OPTIONS]',
    summary: 'a live table of what opens, closes and changes',
    load: async () => (await import('./commands/watch.ts')).watch,
  },
}

export const isSubcommand = (word: string): boolean => Object.hasOwn(SUBCOMMANDS, word)
