/** How much room text takes on a terminal, and how it is cut to what there is. */

// Scripts and pictures that terminals draw two cells wide. Terminals differ and so do versions of
// Unicode: these are whole blocks, since a line that is short does less harm than one that wraps.
// U+FE0F turns the character before it into a picture.
const MAY_BE_WIDE =
  /[\u1100-\u11ff\u231a-\u2bff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18fff}\u{1aff0}-\u{3ffff}]|\ufe0f/u
const ASCII = /^[\x20-\x7e]*$/

/** The cells that a text takes at most. */
export function cells(text: string): number {
  if (ASCII.test(text)) return text.length
  let count = 0
  for (const character of text) count += MAY_BE_WIDE.test(character) ? 2 : 1
  return count
}

/** As many of the characters, from the first on, as there is room for. */
function take(characters: readonly string[], room: number): string[] {
  let used = 0
  const end = characters.findIndex((character) => (used += cells(character)) > room)
  return end < 0 ? [...characters] : characters.slice(0, end)
}

/** Leaves out the end of a text that is too long. */
export function cutEnd(text: string, room: number): string {
  if (cells(text) <= room) return text
  return room < 1 ? '' : `${take(Array.from(text), room - 1).join('')}…`
}

/** Leaves out the middle of a text that is too long: both ends of an address matter. */
export function cutMiddle(text: string, room: number): string {
  if (cells(text) <= room) return text
  const characters = Array.from(text)
  const head = take(characters, Math.floor((room - 1) / 2))
  const tail = take(characters.reverse(), Math.ceil((room - 1) / 2)).reverse()
  return `${head.join('')}…${tail.join('')}`
}

/** Blanks behind a text up to a width. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)))
}

/** Breaks plain words into lines that fit; lines after the first are indented. */
export function wrap(text: string, width: number): string {
  const indent = '  '
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else {
      line += line === '' ? word : ` ${word}`
    }
  }
  return [...lines, line].map((full) => `${full}\n`).join('')
}
