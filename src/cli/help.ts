/** Makes the texts of --help of the descriptions. No line is longer than 80 characters. */

import type { Option, OptionSet } from './option.ts'
import type { HelpTexts } from './subcommand.ts'

const WIDTH = 80
const MOST_LEFT = 28

/** Breaks plain words into lines of at most that many characters. */
function fill(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line += line === '' ? word : ` ${word}`
    }
  }
  return [...lines, line]
}

/** Paragraphs, separated by empty lines; one whose lines are indented is kept as it is. */
const paragraphs = (text: string): string =>
  text
    .split('\n\n')
    .map((each) => (/^ /m.test(each) ? each : fill(each, WIDTH).join('\n')))
    .join('\n\n')

/** Two columns, the right one filled. */
function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const widest = Math.max(...rows.map(([left]) => left.length).filter((each) => each <= MOST_LEFT))
  return rows.flatMap(([left, right]) => {
    const [first = '', ...more] = fill(right, WIDTH - widest - 4)
    const indent = ' '.repeat(widest + 4)
    const start = `  ${left}`
    const lines =
      left.length > widest ? [start, indent + first] : [start.padEnd(indent.length) + first]
    return [...lines, ...more.map((line) => indent + line)]
  })
}

function optionRow([name, option]: [string, Option]): readonly [string, string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `
  const value = option.kind === 'flag' ? '' : ` ${option.placeholder}`
  const otherwise = 'otherwise' in option ? ` (default: ${option.otherwise})` : ''
  return [`${short}--${name}${value}`, option.help + otherwise]
}

const COMMON: readonly (readonly [string, string])[] = [
  ['-h, --help', 'this text'],
  ['-V, --version', 'the version of socktable'],
]

/** The options under their headings, those that every subcommand takes last. */
function optionSections(options: OptionSet): string[] {
  const entries = Object.entries(options)
  const titles = [...new Set(entries.map(([, { section = 'Options' }]) => section))]
  const last = titles.at(-1)
  if (last === undefined) return [['Options:', ...columns(COMMON)].join('\n')]
  return titles.map((title) => {
    const own = entries.filter(([, { section = 'Options' }]) => section === title).map(optionRow)
    return [`${title}:`, ...columns(title === last ? [...own, ...COMMON] : own)].join('\n')
  })
}

function exitCodes(codes: HelpTexts['exitCodes']): string {
  const all = Object.entries({ 2: 'wrong usage', 3: 'something failed', ...codes })
  const widest = Math.max(...all.map(([code]) => code.length))
  const rows = all.map(([code, meaning]) => `  ${code.padEnd(widest)}  ${meaning}`)
  return ['Exit codes:', ...rows].join('\n')
}

const examples = (lines: readonly string[]): string =>
  ['Examples:', ...lines.map((line) => `  ${line}`)].join('\n')

/** The help text of one subcommand. */
export function helpFor(name: string, help: HelpTexts): string {
  const forms = help.usage.map((usage, index) => {
    return `${index === 0 ? 'Usage: ' : '       '}socktable ${name} ${usage}`
  })
  return `${[
    paragraphs(help.about),
    forms.join('\n'),
    ...optionSections(help.options),
    ...(help.notes === undefined ? [] : [paragraphs(help.notes)]),
    ...(help.examples === undefined ? [] : [examples(help.examples)]),
    exitCodes(help.exitCodes),
  ].join('\n\n')}\n`
}

const EXAMPLES: readonly string[] = [
  'socktable who 3000         which process keeps my server from starting?',
  'socktable -tulpn           listening TCP and UDP sockets, as with netstat',
  'socktable list --all --pid 4242',
  'socktable list --state ESTABLISHED,TIME_WAIT --port 8000-8999',
  `socktable --json | jq -r '.rows[] | "\\(.localPort) \\(.processName)"'`,
]

const NOTES =
  'Each subcommand describes its options with --help. Colour is for terminals alone, and NO_COLOR=1 ' +
  'turns it off. NODE_DEBUG=socktable shows more about errors.'

interface Listed {
  readonly arguments: string
  readonly summary: string
}

/** The help text of the command, with the list of subcommands. */
export function overview(subcommands: Readonly<Record<string, Listed>>): string {
  const listed = Object.entries(subcommands).map(
    ([name, { arguments: words, summary }]) => [`socktable ${name} ${words}`, summary] as const,
  )
  return `${[
    'Shows the TCP and UDP sockets of this machine, and the processes that hold them.',
    ['Usage:', ...columns([['socktable', 'listening sockets'], ...listed])].join('\n'),
    examples(EXAMPLES),
    paragraphs(NOTES),
    exitCodes({ 0: 'something was found', 1: 'nothing was found' }),
  ].join('\n\n')}\n`
}
