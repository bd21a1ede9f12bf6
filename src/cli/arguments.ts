/** What stands on the command line, checked and turned into what the commands take. */

import { parseArgs } from 'node:util'
import type { ListOptions, PortFilter, Source, TcpState } from '../index.ts'
import { TCP_STATES } from '../index.ts'
import { UsageError } from './usage-error.ts'

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

const SOURCES: readonly Source[] = ['sock_diag', 'procfs']

const OPTIONS = {
  tcp: { type: 'boolean', short: 't' },
  udp: { type: 'boolean', short: 'u' },
  ipv4: { type: 'boolean', short: '4' },
  ipv6: { type: 'boolean', short: '6' },
  listening: { type: 'boolean', short: 'l' },
  all: { type: 'boolean', short: 'a' },
  bound: { type: 'boolean', short: 'B' },
  numeric: { type: 'boolean', short: 'n' },
  programs: { type: 'boolean', short: 'p' },
  state: { type: 'string', multiple: true },
  port: { type: 'string', multiple: true },
  'remote-port': { type: 'string', multiple: true },
  pid: { type: 'string', multiple: true },
  source: { type: 'string' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

// What "socktable who" takes beside its port.
const WHO_OPTIONS = ['tcp', 'udp', 'ipv4', 'ipv6', 'numeric', 'programs', 'source', 'json', 'csv']

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const unknown = /^Unknown option '(-+[^']*)'/.exec(message)?.[1]
    if (unknown !== undefined) {
      const known = closest(unknown.replace(/^-+/, ''), Object.keys(OPTIONS))
      const hint = known === undefined ? '' : `; did you mean --${known}?`
      throw new UsageError(`unknown option ${unknown}${hint}`)
    }
    throw new UsageError(message.split('. ')[0]?.replace(/\.$/, '') ?? message)
  }
}

type Values = ReturnType<typeof parse>['values']

/** The word that begins like the given one, or differs from it in one or two letters. */
function closest(given: string, words: readonly string[]): string | undefined {
  const near = (word: string) => distance(given, word) <= (word.length > 3 ? 2 : 1)
  return words.find((word) => given.length > 1 && word.startsWith(given)) ?? words.find(near)
}

/** How many letters have to be put in, left out or changed to get from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}

function list(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(','))
}

function parseNumber(what: string, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`${what} must be a number from ${least} to ${most}, not '${text}'`)
}

function parsePort(option: string, text: string): number {
  return parseNumber(option, text, 0, 65_535)
}

function parsePorts(option: string, texts: readonly string[]): PortFilter[] {
  return list(texts).map((text) => {
    const [first = '', last, ...more] = text.split('-')
    if (last === undefined) return parsePort(option, first)
    if (more.length > 0) throw new UsageError(`${option} must be N or A-B, not '${text}'`)
    const range = { from: parsePort(option, first), to: parsePort(option, last) }
    if (range.from <= range.to) return range
    throw new UsageError(`${option} ${text} runs backwards: did you mean ${last}-${first}?`)
  })
}

function parseStates(texts: readonly string[]): TcpState[] {
  return list(texts).map((text) => {
    const name = text.trim().toUpperCase().replaceAll('-', '_')
    const state = TCP_STATES.find((known) => known === name)
    if (state !== undefined) return state
    const known = closest(name, TCP_STATES)
    const hint = known === undefined ? '' : `; did you mean ${known}?`
    throw new UsageError(`unknown state '${text}'${hint} (known: ${TCP_STATES.join(', ')})`)
  })
}

function parseSource(text: string): Source {
  const source = SOURCES.find((known) => known === text)
  if (source !== undefined) return source
  throw new UsageError(`--source must be ${SOURCES.join(' or ')}, not '${text}'`)
}

/** What both commands take: protocols, families and the source. */
function commonQuery(values: Values): ListOptions {
  return {
    names: true,
    ...(values.tcp !== values.udp && { protocol: values.tcp ? 'tcp' : 'udp' }),
    ...(values.ipv4 !== values.ipv6 && { family: values.ipv4 ? 'IPv4' : 'IPv6' }),
    ...(values.source !== undefined && { source: parseSource(values.source) }),
  }
}

function parseFormat(values: Values): Format {
  if (values.json && values.csv) throw new UsageError('--json and --csv exclude each other')
  if (values.json) return 'json'
  return values.csv ? 'csv' : 'table'
}

function selectionOf(values: Values, alone: boolean): Selection {
  if (values.all) return 'all'
  if (values.listening) return 'listening'
  const filters = [values.state, values.port, values['remote-port'], values.pid, values.bound]
  if (filters.some((value) => value !== undefined)) return 'matching'
  return alone ? 'listening' : 'connected'
}

function listCommand(values: Values, alone: boolean): Command {
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
    ...(values.pid !== undefined && {
      pid: list(values.pid).map((text) => parseNumber('--pid', text, 1, 2 ** 31 - 1)),
    }),
    ...(values.bound && { bound: true }),
  }
  if (values.udp && !values.tcp && (values.state !== undefined || values.bound)) {
    throw new UsageError('UDP sockets have no state: leave --udp or the states out')
  }
  return { name: 'list', query, selection, format: parseFormat(values) }
}

function whoCommand(values: Values, operands: readonly string[]): Command {
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
  const { values, positionals } = parse(argv)
  const [word, ...operands] = positionals
  if (word !== undefined && word !== 'list' && word !== 'who') {
    const known = closest(word, ['list', 'who'])
    const hint = /^:?\d+$/.test(word) ? `socktable who ${word}` : known && `socktable ${known}`
    throw new UsageError(`unknown command '${word}'${hint ? `; did you mean ${hint}?` : ''}`)
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
