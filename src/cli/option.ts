/** The description of an option: parsing, help and error messages follow from it. */

interface Described {
  /** Its one-letter form. */
  readonly short?: string
  readonly help: string
  /** The heading it stands under in the help text. Default: "Options". */
  readonly section?: string
}

/** An option without a value. */
export interface Flag extends Described {
  readonly kind: 'flag'
}

interface Parsed<Value> extends Described {
  /** What stands for the value in the help text. */
  readonly placeholder: string
  /** What the value has to be, for the message where it is missing. */
  readonly needs: string
  /** Throws a UsageError that names the option and says what is right. */
  readonly parse: (name: string, text: string) => Value
}

/** An option with one value. */
export interface Single<Value> extends Parsed<Value> {
  readonly kind: 'single'
}

/** An option with one value and a default, as it would stand on the command line. */
export interface WithDefault<Value> extends Single<Value> {
  readonly otherwise: string
}

/** An option with several values, separated by commas or in options of their own. */
export interface List<Value> extends Parsed<Value> {
  readonly kind: 'list'
}

export type Option = Flag | Single<unknown> | WithDefault<unknown> | List<unknown>

/** Options by their names. */
export type OptionSet = Readonly<Record<string, Option>>

type ValueOf<Each extends Option> = Each extends Flag
  ? boolean
  : Each extends List<infer Value>
    ? readonly Value[] | undefined
    : Each extends WithDefault<infer Value>
      ? Value
      : Each extends Single<infer Value>
        ? Value | undefined
        : never

/** The values of options, by their names. */
export type Values<Options extends OptionSet> = {
  readonly [Name in keyof Options]: ValueOf<Options[Name]>
}

/** The values that were given: those that are undefined are left out. */
export function given<Given extends object>(
  values: Given,
): { [Name in keyof Given]?: Exclude<Given[Name], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Given]?: Exclude<Given[Name], undefined> }
}
