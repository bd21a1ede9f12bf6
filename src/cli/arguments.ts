/** What stands on the command line, checked and turned into what the commands take. */

import type { ListOptions } from '../index.ts'
import { closest } from './closest.ts'
import { TABLE_EXPECTED, TABLE_OPTIONS, type TableValues, parseOptions } from './options.ts'
import { SUBCOMMAND_NAMES } from './subcommands.ts'
import { UsageError } from './usage-error.ts'
import { parsePids, parsePort, parsePorts, parseSource, parseStates } from './values.ts'

export type Format = 'table' | 'json' | 'csv'

/** Which sockets a listing shows, for the line that says so. */
export type Selection = 'listening' | 'connected' | 'all' | 'matching'

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

/** What both commands take: protocols, families and the source. */
function commonQuery(values: TableValues): ListOptions {
  return {
    names: true,
    ...(values.tcp !== values.udp && { protocol: values.tcp ? 'tcp' : 'udp' }),
    ...(values.ipv4 !== values.ipv6 && { family: values.ipv4 ? 'IPv4' : 'IPv6' }),
    ...(values.source !== undefined && { source: parseSource(values.source) }),
  }
}

function parseFormat(values: TableValues): Format {
  if (values.json && values.csv) throw new UsageError('--json and --csv exclude each other')
  if (values.json) return 'json'
  return values.csv ? 'csv' : 'table'
}

function selectionOf(values: TableValues, alone: boolean): Selection {
  if (values.all) return 'all'
  if (values.listening) return 'listening'
  const filters = [values.state, values.port, values['remote-port'], values.pid]
  if (filters.some((value) => value !== undefined)) return 'matching'
  return alone ? 'listening' : 'connected'
}

function listCommand(values: TableValues, alone: boolean): Command {
  const selection = selectionOf(values, alone)
  const query: ListOptions = {
    ...commonQuery(values),
    ...(selection === 'listening' && { listening: true }),
    ...(selection === 'connected' && { listening: false }),
    ...(values.state !== undefined && { state: parseStates(values.state) }),
    ...(values.port !== undefined && { localPort: parsePorts('--port', values.port) }),
    ...(values['remote-port'] !== undefined && {
      remotePort: parsePorts('--remote-port', values['remote-port']),
    }),
    ...(values.pid !== undefined && { pid: parsePids(values.pid) }),
    ...(values.bound && { bound: true }),
  }
  if (values.udp && !values.tcp && (values.state !== undefined || values.bound)) {
    const option = values.state === undefined ? '-B' : '--state'
    throw new UsageError(`UDP sockets have no state: leave out --udp or ${option}`)
  }
  // The library takes "listening" as a condition that bound sockets don't meet: they would silently
  // not be added.
  if (values.bound && selection === 'listening') {
    throw new UsageError('-l leaves bound sockets out: use -aB, or --state LISTEN,BOUND')
  }
  return { name: 'list', query, selection, format: parseFormat(values) }
}

function whoCommand(values: TableValues, operands: readonly string[]): Command {
  const [text, ...more] = operands
  if (text === undefined) throw new UsageError('who needs a port: socktable who 3000')
  if (more.length > 0) throw new UsageError(`who takes one port, not '${operands.join(' ')}'`)
  const surplus = Object.keys(values).find((name) => !WHO_OPTIONS.includes(name))
  if (surplus !== undefined) throw new UsageError(`who does not take --${surplus}`)
  const port = parsePort('the port', text.replace(/^:/, ''))
  // For one port it is worth asking Windows for all that it knows.
  const known = { bound: true, times: true, services: true }
  const query = { ...commonQuery(values), localPort: port, ...known }
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
