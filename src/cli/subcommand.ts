/** The description of a subcommand, from which its parsing, its help and its errors follow. */

import type { OptionSet, Values } from './option.ts'
import { parseCall } from './parse.ts'

/** The words of a command line that are no options. */
export interface Operands<Operand> {
  /** What each of them is, for the message where it is missing: "a port". */
  readonly noun: string
  /** How many there have to be. Default: 0. */
  readonly least?: number
  /** How many there may be. Default: any number. */
  readonly most?: number
  /** For the message where one is missing, and in it an example. */
  readonly example?: string
  /** Whether commas separate several in one word. */
  readonly commas?: true
  readonly parse: (text: string) => Operand
}

/** What the help text shows. */
export interface HelpTexts {
  /** What it does. */
  readonly about: string
  /** What follows its name, one entry for each form. */
  readonly usage: readonly string[]
  readonly options: OptionSet
  /** Paragraphs behind the options; lines that are indented are kept as they are. */
  readonly notes?: string
  /** Command lines behind "socktable", or whole lines of a shell. */
  readonly examples?: readonly string[]
  /** What each exit code means. */
  readonly exitCodes: Readonly<Record<number | string, string>>
}

/** A command line, parsed. */
export interface Call<Options extends OptionSet, Operand> {
  readonly options: Values<Options>
  readonly operands: readonly Operand[]
  /** What stands behind "--", where the subcommand takes a program. */
  readonly program: readonly string[]
  /** The command line without the subcommand's name. */
  readonly words: readonly string[]
  /** Whether the subcommand was named: "list" need not be. */
  readonly isNamed: boolean
}

/** One subcommand. `Request` is what a command line asks of it, checked. */
export interface Description<Options extends OptionSet, Operand, Request> extends HelpTexts {
  readonly name: string
  readonly options: Options
  readonly operands: Operands<Operand>
  /** Whether another program's command line stands behind "--". */
  readonly takesProgram?: true
  /** Checks what the parser does not know. Throws a UsageError; reads nothing of the system. */
  readonly request: (call: Call<Options, Operand>) => Request
  /** Returns the exit code. */
  readonly run: (request: Request) => Promise<number>
  /** Whether an error is the answer no (exit code 1) rather than a failure. */
  readonly isNo?: (error: Error) => boolean
}

/** A subcommand whose request has a type of its own, which others need not know. */
export interface Subcommand {
  readonly help: HelpTexts
  /** The request of a command line. Throws a UsageError. */
  readonly parse: (words: readonly string[], isNamed?: boolean) => unknown
  readonly run: (words: readonly string[], isNamed?: boolean) => Promise<number>
  readonly isNo: (error: Error) => boolean
}

/** Makes a subcommand of its description. */
export function subcommand<const Options extends OptionSet, Operand, Request>(
  description: Description<Options, Operand, Request>,
): Subcommand {
  const parse = (words: readonly string[], isNamed = true): Request =>
    description.request(parseCall(description, words, isNamed))
  return {
    help: description,
    parse,
    run: async (words, isNamed) => description.run(parse(words, isNamed)),
    isNo: description.isNo ?? (() => false),
  }
}
