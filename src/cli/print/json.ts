/** What the command prints as JSON: one value in one line, which does nothing to a terminal. */

// JSON.stringify escapes the control characters below U+0020 alone; a name may hold those that follow,
// or turn the direction of writing.
const ACTIVE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`
  }).join('')

/** The value as JSON, with a newline behind it. Parsed again it is the same. */
export function formatJson(value: object): string {
  return `${JSON.stringify(value).replace(ACTIVE, escaped)}\n`
}
