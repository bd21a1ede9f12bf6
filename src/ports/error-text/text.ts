/** Reads an error from the output of a program in any language. Pure. */

import { codeIn } from './code.ts'
import { NOTHING, type ParsedError, isBindError, mostSpecific } from './parsed.ts'
import { type ErrorLocation, addressIn, pathIn, locationIn } from './location.ts'

/** Of longer text the end is read: the last output says why a program ended. */
const MOST_TEXT = 1 << 20
/** A longer line is data. */
const LONGEST_LINE = 8192
/** How many lines after an error may have its location, as Node prints it: "port: 3000". */
const LINES_AFTER = 16
const LINES_BEFORE = 3
/** A program that retries prints the same error many times. */
const MOST_ERRORS = 1000

// Colours and other sequences of a terminal (ECMA-48: CSI, OSC, and those of one character).
const SEQUENCES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]{0,2048}(?:\x07|\x1b\\)|\x1b[ -/]*[0-Z\\^-~]/g // eslint-disable-line no-control-regex

/** A property of an error as Node prints it: "  port: 3000", "  address: '::',". */
const PROPERTY = /^\s*['"]?(port|address)['"]?: '?([^',]*)'?,?\s*}?$/
/** A line of a stack trace, whose numbers are lines and columns. */
const TRACE = /^\s*(?:at |File "|from \S+:\d+:in |\d+: 0x)|^\s*in .*\.(?:go|rb|py|js):\d+/

function inProperties(lines: readonly string[], from: number): ErrorLocation | null {
  let port: string | undefined
  let host: string | undefined
  for (const line of lines.slice(from + 1, from + 1 + LINES_AFTER)) {
    const [, name, value] = PROPERTY.exec(line) ?? []
    if (name === 'port') port ??= value
    if (name === 'address') host ??= value
  }
  return port === undefined ? null : locationIn(`(${JSON.stringify(host ?? '')}, ${port})`)
}

function near(lines: readonly string[], at: number): ErrorLocation | null {
  const after = lines.slice(at + 1, at + 1 + LINES_AFTER)
  const before = lines.slice(Math.max(0, at - LINES_BEFORE), at).reverse()
  for (const line of [...after, ...before]) {
    const location = TRACE.test(line) ? null : locationIn(line)
    if (location !== null) return location
  }
  return null
}

/** A program that prints this continued with another port. */
const MOVED_ON =
  /\b(?:trying|using|use|run)\b.{0,40}\b(?:another|next|available|alternative|instead|port)\b/i
const OF_A_PATH = /\bunix(?:-domain)? socket\b/i

function errorAt(lines: readonly string[], at: number): ParsedError | null {
  const line = lines[at] as string
  if (TRACE.test(line)) return null
  const code = codeIn(line)
  if (code === null) return null
  const protocol = /\budp[46]?\b/i.test(line) ? 'udp' : null
  if (OF_A_PATH.test(line)) {
    const path = lines.slice(at, at + LINES_BEFORE).map(pathIn)
    return { ...NOTHING, code, path: path.find((found) => found !== null) ?? null }
  }
  const own = locationIn(line) ?? inProperties(lines, at)
  if (own !== null) return { ...own, code, protocol }
  const path = pathIn(line)
  if (path !== null) return { ...NOTHING, code, path }
  const host = addressIn(line)
  const location = near(lines, at)
  return { ...NOTHING, ...location, host: host ?? location?.host ?? null, code, protocol }
}

/** The JSON in a line: docker compose prefixes it with the name of a service. */
const jsonIn = (line: string): string | null => /\{.*\}\s*$/.exec(line)?.[0] ?? null

/** Reads an error's text, without its terminal sequences. */
export function readErrorText(
  text: string,
  readJson: (line: string) => ParsedError | null = () => null,
): ParsedError {
  const lines = text
    .slice(-MOST_TEXT)
    .replace(SEQUENCES, '')
    .split(/\r\n|[\r\n]/)
    .filter((line) => line.length <= LONGEST_LINE)
  const errors: ParsedError[] = []
  const recovered: ParsedError[] = []
  let isData = false
  for (const [at, line] of lines.entries()) {
    const json = jsonIn(line)
    const data = json === null ? null : readJson(json)
    isData ||= data !== null
    const error = data ?? errorAt(lines, at)
    if (error?.code == null) continue
    const list = MOVED_ON.test(line) ? recovered : errors
    list.push(error)
    // The first one ends the program; others follow from it.
    if (list === errors && isBindError(error.code) && (error.port ?? error.path) !== null) break
    if (list.length >= MOST_ERRORS) break
  }
  if (errors.length + recovered.length > 0) {
    return mostSpecific(errors.length > 0 ? errors : recovered)
  }
  const [only = '', ...others] = lines
  const location = others.length === 0 && !isData ? locationIn(only) : null
  return { ...NOTHING, ...location }
}
