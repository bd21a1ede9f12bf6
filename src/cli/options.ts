/** The options that exist, and what is wrong where Node's parser refuses the command line. */

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { closest } from '../closest.ts'
import { UsageError } from './usage-error.ts'

/** Options of a command, as Node's parser takes them. */
export type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<Known extends Options> = ReturnType<
  typeof parseArgs<{ options: Known; allowPositionals: true }>
>

/** The options that say which sockets. */
export const FILTER_OPTIONS = {
  tcp: { type: 'boolean', short: 't' },
  udp: { type: 'boolean', short: 'u' },
  ipv4: { type: 'boolean', short: '4' },
  ipv6: { type: 'boolean', short: '6' },
  listening: { type: 'boolean', short: 'l' },
  all: { type: 'boolean', short: 'a' },
  bound: { type: 'boolean', short: 'B' },
  state: { type: 'string', multiple: true },
  port: { type: 'string', multiple: true },
  'remote-port': { type: 'string', multiple: true },
  pid: { type: 'string', multiple: true },
  source: { type: 'string' },
} as const

const OUTPUT_OPTIONS = {
  numeric: { type: 'boolean', short: 'n' },
  programs: { type: 'boolean', short: 'p' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

/** The options of list and who. */
export const TABLE_OPTIONS: typeof FILTER_OPTIONS & typeof OUTPUT_OPTIONS = {
  ...FILTER_OPTIONS,
  ...OUTPUT_OPTIONS,
}

export type FilterValues = Parsed<typeof FILTER_OPTIONS>['values']
export type TableValues = Parsed<typeof TABLE_OPTIONS>['values']

/** What options with a value take, for the message where there is none. */
export type Expected = Readonly<Record<string, string>>

export const TABLE_EXPECTED: Expected = {
  state: 'a state such as LISTEN',
  port: 'a port N or a range A-B, from 0 to 65535',
  'remote-port': 'a port N or a range A-B, from 0 to 65535',
  pid: 'a PID, a number from 1 on',
  source: 'sock_diag, procfs, iphlpapi, pcblist or libproc',
}

/**
 * Names what Node's strict parser refused. Its own messages have several lines and leave out the
 * value that is wrong; its lenient parser tells both.
 */
function faultIn(args: string[], options: Options, expects: Expected): UsageError | undefined {
  const { tokens } = parseArgs({ args, options, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (!Object.hasOwn(options, name)) {
      const known = closest(name, Object.keys(options))
      const hint = known === undefined ? '' : `; did you mean --${known}?`
      return new UsageError(`unknown option ${rawName}${hint}`)
    }
    const expected = expects[name]
    if (expected === undefined) {
      if (value === undefined) continue
      return new UsageError(`${rawName} takes no value, but was given '${value}'`)
    }
    if (value === undefined) return new UsageError(`${rawName} needs ${expected}`)
    if (!token.inlineValue && value.startsWith('-')) {
      return new UsageError(`${rawName} needs ${expected}, not '${value}'`)
    }
  }
  return undefined
}

/** The options and the other words of a command line. Throws a UsageError. */
export function parseOptions<const Known extends Options>(
  argv: readonly string[],
  options: Known,
  expected: Expected,
): Parsed<Known> {
  const args = [...argv]
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw faultIn(args, options, expected) ?? error
  }
}
