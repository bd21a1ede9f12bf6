/** What the command prints as JSON: one value in one line, which does nothing to a terminal. */

// JSON.stringify escapes the control characters below U+0020 alone; a name may contain those that
// follow, or change the direction of writing.
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
/** Nothing but ASCII that stands for itself, as in nearly every text. */
const PLAIN = /^[\x20-\x7e]*$/

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')

function stringify(value: unknown): string {
  const text = JSON.stringify(value)
  return PLAIN.test(text) ? text : text.replace(ACTIVE, escaped)
}

/** The value as JSON, with a newline behind it. Parsed again it is the same. */
export function formatJson(value: object): string {
  return `${stringify(value)}\n`
}

interface Table {
  readonly rows: readonly object[]
  readonly [field: string]: unknown
}

/** `formatJson` in pieces, for a table of many rows: no text of all of them is made. */
export function* jsonOfTable(table: Table): Generator<string> {
  const { rows, ...report } = table
  yield `${stringify(report).slice(0, -1)},"rows":[`
  let separator = ''
  for (const row of rows) {
    yield separator + stringify(row)
    separator = ','
  }
  yield ']}\n'
}
