/** Reads a command line by the description of its subcommand. */

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { closest } from '../closest.ts'
import type { Option, OptionSet, Values } from './option.ts'
import type { Call, Operands } from './subcommand.ts'
import { UsageError } from './usage-error.ts'

type NodeOptions = NonNullable<ParseArgsConfig['options']>

/** What every subcommand takes. */
const COMMON: NodeOptions = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
}

/** The options as Node's parser takes them. */
function forNode(options: OptionSet): NodeOptions {
  const own = Object.entries(options).map(([name, { kind, short }]) => [
    name,
    {
      type: kind === 'flag' ? 'boolean' : 'string',
      ...(kind === 'list' && { multiple: true }),
      ...(short !== undefined && { short }),
    },
  ])
  return { ...(Object.fromEntries(own) as NodeOptions), ...COMMON }
}

/** The words before "--": those behind it are no options. */
const beforeDashes = (words: readonly string[]): readonly string[] =>
  words.includes('--') ? words.slice(0, words.indexOf('--')) : words

/** What a command line asks for instead of running the subcommand; null: nothing. */
export function asksFor(options: OptionSet, words: readonly string[]): 'help' | 'version' | null {
  // Leniently: help is also for a command line with a wrong option.
  const own = [...beforeDashes(words)]
  if (own.includes('--help') || own.includes('-h')) return 'help'
  const { tokens } = parseArgs({
    args: own,
    options: forNode(options),
    strict: false,
    tokens: true,
  })
  const asked = tokens.map((token) => (token.kind === 'option' ? token.name : ''))
  if (asked.includes('help')) return 'help'
  return asked.includes('version') ? 'version' : null
}

/** The first word that is no option, and its place; null where there is none or an option is unknown. */
export function firstOperand(
  options: OptionSet,
  words: readonly string[],
): { readonly word: string; readonly index: number } | null {
  const known = forNode(options)
  const { tokens } = parseArgs({ args: [...words], options: known, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'positional') return { word: token.value, index: token.index }
    if (token.kind === 'option' && !Object.hasOwn(known, token.name)) return null
  }
  return null
}

/**
 * Names what Node's strict parser refused. Its own messages have several lines and leave out the wrong
 * value; its lenient parser reports both.
 */
function faultIn(args: string[], options: OptionSet): UsageError | undefined {
  const known = forNode(options)
  const { tokens } = parseArgs({ args, options: known, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (!Object.hasOwn(known, name)) {
      const meant = closest(name, Object.keys(known))
      const hint = meant === undefined ? '' : `; did you mean --${meant}?`
      return new UsageError(`unknown option ${rawName}${hint}`)
    }
    const option = options[name]
    if (option === undefined || option.kind === 'flag') {
      if (value === undefined) continue
      return new UsageError(`${rawName} takes no value, but was given '${value}'`)
    }
    if (value === undefined) return new UsageError(`${rawName} needs ${option.needs}`)
    if (!token.inlineValue && value.startsWith('-')) {
      return new UsageError(`${rawName} needs ${option.needs}, not '${value}'`)
    }
  }
  return undefined
}

type RawValue = string | boolean | (string | boolean)[] | undefined

function valueOf(name: string, option: Option, raw: RawValue): unknown {
  if (option.kind === 'flag') return raw === true
  if (option.kind === 'list') {
    if (raw === undefined) return undefined
    const texts = [raw].flat().flatMap((text) => String(text).split(','))
    return texts.map((text) => option.parse(`--${name}`, text))
  }
  const text = raw ?? ('otherwise' in option ? option.otherwise : undefined)
  return text === undefined ? undefined : option.parse(`--${name}`, String(text))
}

function parseOperands<Operand>(
  command: string,
  { noun, least = 0, most = Infinity, example, commas, parse }: Operands<Operand>,
  words: readonly string[],
): Operand[] {
  if (words.length > most) {
    const limit = most === 0 ? 'no' : `one ${noun.replaceAll(/\ban? /g, '')}, not`
    throw new UsageError(`${command} takes ${limit} '${words.join(' ')}'`)
  }
  if (words.length < least) {
    const hint = example === undefined ? '' : `: socktable ${command} ${example}`
    throw new UsageError(`${command} needs ${noun}${hint}`)
  }
  const texts = commas === true ? words.flatMap((word) => word.split(',')) : words
  return texts.map(parse)
}

interface Parsable<Options extends OptionSet, Operand> {
  readonly name: string
  readonly options: Options
  readonly operands: Operands<Operand>
  readonly takesProgram?: true
}

/** Reads the words behind a subcommand's name. Throws a UsageError. */
export function parseCall<Options extends OptionSet, Operand>(
  { name: command, options, operands, takesProgram }: Parsable<Options, Operand>,
  words: readonly string[],
  isNamed: boolean,
): Call<Options, Operand> {
  const own = takesProgram === true ? beforeDashes(words) : words
  const args = [...own]
  const parse = () => {
    try {
      return parseArgs({ args, options: forNode(options), allowPositionals: true })
    } catch (error) {
      throw faultIn(args, options) ?? error
    }
  }
  const { values, positionals } = parse()
  const parsed = Object.entries(options).map(([name, option]) => [
    name,
    valueOf(name, option, values[name]),
  ])
  return {
    options: Object.fromEntries(parsed) as Values<Options>,
    operands: parseOperands(command, operands, positionals),
    program: words.slice(own.length + 1),
    words,
    isNamed,
  }
}
