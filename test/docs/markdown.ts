/** Reads the blocks, links and headings of a page of Markdown. Pure. */

/** A fenced block of code. */
export interface Block {
  /** The line of its opening fence, from 1 on. */
  readonly line: number
  readonly language: string
  readonly text: string
  /** What the comment `<!-- doctest: … -->` in front of it says, split at its commas. */
  readonly directives: readonly string[]
}

const DIRECTIVES = /^<!-- doctest: (.*) -->$/

/** All blocks, in order. Throws where one never ends or a comment stands in front of no block. */
export function blocksOf(page: string): Block[] {
  const lines = page.split('\n')
  const blocks: Block[] = []
  let directives: readonly string[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string
    const comment = DIRECTIVES.exec(line)?.[1]
    if (comment !== undefined) directives = comment.split(',').map((part) => part.trim())
    const fence = /^\s*(```+|~~~+)(.*)$/.exec(line)
    if (fence !== null) {
      const end = lines.findIndex((each, at) => at > index && each.trim() === fence[1])
      if (end < 0) throw new Error(`the block in line ${index + 1} never ends`)
      const text = `${lines.slice(index + 1, end).join('\n')}\n`
      blocks.push({ line: index + 1, language: fence[2]?.trim() ?? '', text, directives })
      directives = []
      index = end
    } else if (/^ {4}/.test(line) && (lines[index - 1] ?? '').trim() === '') {
      throw new Error(`line ${index + 1} begins a block of code without a language`)
    } else if (comment === undefined && line.trim() !== '' && directives.length > 0) {
      throw new Error(`the doctest comment before line ${index + 1} belongs to no block`)
    }
  }
  return blocks
}

/** The page with another text in a block, whose lines end with a newline. */
export function withText(page: string, block: Block, text: string): string {
  const lines = page.split('\n')
  const old = block.text === '\n' ? 0 : block.text.split('\n').length - 1
  lines.splice(block.line, old, ...text.replace(/\n$/, '').split('\n'))
  return lines.join('\n')
}

/** The page without its blocks of code. */
function proseOf(page: string): string {
  let prose = page
  for (const { text } of blocksOf(page)) prose = prose.replace(text, '')
  return prose
}

/** The targets of all links and pictures. */
export function linksOf(page: string): string[] {
  const prose = proseOf(page).replaceAll(/`[^`\n]*`/g, '')
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), (match) => match[1] as string)
}

/** The anchors of the headings, made as GitHub does. */
export function anchorsOf(page: string): string[] {
  return Array.from(proseOf(page).matchAll(/^#+ (.*)$/gm), (match) =>
    (match[1] as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** How many words a reader sees, as "wc -w" counts them. */
export const wordsOf = (page: string): number => page.split(/\s+/).filter(Boolean).length
