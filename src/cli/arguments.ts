/** What stands on the command line, checked and turned into what the commands take. */

import type { ListOptions } from '../index.ts'
import { closest } from '../closest.ts'
import { TABLE_EXPECTED, TABLE_OPTIONS, type TableValues, parseOptions } from './options.ts'
import { type Selection, commonQuery, listQuery, selectionOf } from './query.ts'
import { SUBCOMMAND_NAMES } from './subcommands.ts'
import { UsageError } from './usage-error.ts'
import { parsePort } from './values.ts'

export type Format = 'table' | 'json' | 'csv'

export type Command =
  | { readonly name: 'help'; readonly topic: 'socktable' | 'list' | 'who' }
  | { readonly name: 'version' }
  | {
      readonly name: 'list'
      readonly query: ListOptions
      readonly selection: Selection
      readonly format: Format
    }
  | {
      readonly name: 'who'
      readonly port: number
      readonly query: ListOptions
      readonly format: Format
    }

/** All commands, for a hint to somebody who misspelt one. */
const COMMAND_NAMES: readonly string[] = ['list', 'who', ...SUBCOMMAND_NAMES]

// What "socktable who" takes beside its port.
const WHO_OPTIONS = ['tcp', 'udp', 'ipv4', 'ipv6', 'numeric', 'programs', 'source', 'json', 'csv']

function parseFormat(values: TableValues): Format {
  if (values.json && values.csv) throw new UsageError('--json and --csv exclude each other')
  if (values.json) return 'json'
  return values.csv ? 'csv' : 'table'
}

function listCommand(values: TableValues, alone: boolean): Command {
  const selection = selectionOf(values, alone ? 'listening' : 'connected')
  return {
    name: 'list',
    query: listQuery(values, selection),
    selection,
    format: parseFormat(values),
  }
}

function whoCommand(values: TableValues, operands: readonly string[]): Command {
  const [text, ...more] = operands
  if (text === undefined) throw new UsageError('who needs a port: socktable who 3000')
  if (more.length > 0) throw new UsageError(`who takes one port, not '${operands.join(' ')}'`)
  const surplus = Object.keys(values).find((name) => !WHO_OPTIONS.includes(name))
  if (surplus !== undefined) throw new UsageError(`who does not take --${surplus}`)
  const port = parsePort('the port', text.replace(/^:/, ''))
  const query = { ...commonQuery(values), localPort: port, bound: true }
  return { name: 'who', port, query, format: parseFormat(values) }
}

/** Reads the arguments behind the program's name. Throws a UsageError. */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parseOptions(argv, TABLE_OPTIONS, TABLE_EXPECTED)
  const [word, ...operands] = positionals
  if (word !== undefined && word !== 'list' && word !== 'who') {
    const known = closest(word, COMMAND_NAMES)
    const meant = /^:?\d+$/.test(word) ? `who ${word}` : known
    const hint = meant === undefined ? '' : `; did you mean socktable ${meant}?`
    throw new UsageError(`unknown command '${word}'${hint}`)
  }
  if (values.help) return { name: 'help', topic: word ?? 'socktable' }
  if (values.version) return { name: 'version' }
  if (word === 'who') return whoCommand(values, operands)
  if (operands.length > 0) throw new UsageError(`list takes no '${operands.join(' ')}'`)
  // Options about the output alone ask for what "socktable" alone shows.
  const output = ['json', 'csv', 'source', 'numeric', 'programs']
  const alone = word === undefined && Object.keys(values).every((name) => output.includes(name))
  return listCommand(values, alone)
}
