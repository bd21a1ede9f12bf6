/** Reads an error as it was thrown, or in the text of any program. Pure. */

import { invalidType, isRevoked } from '../../errors.ts'
import { codeIn } from './code.ts'
import { NOTHING, type ParsedError, mostTelling, validPort } from './parsed.ts'
import { readErrorText } from './text.ts'

/** How many errors within errors are looked at; there may be rings of them. */
const MOST_ERRORS = 100

type Properties = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !isRevoked(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Unix sockets have a path where others have an address and a port. */
const isPath = (text: string): boolean => /^[/\\@\0]/.test(text)

function own(error: Properties): ParsedError {
  const { code, port, address, path, syscall } = error
  const told = readErrorText(textOf(error['message']) || textOf(error['msg']))
  const name = codeIn(textOf(code)) ?? (typeof code === 'string' && code !== '' ? code : null)
  const place = validPort(port)
  const isOfSocket = ['listen', 'bind', 'connect'].includes(textOf(syscall))
  const socket = [address, path].map(textOf).find((text) => isPath(text) && isOfSocket)
  return {
    code: name ?? told.code,
    port: place ?? told.port,
    host: typeof address === 'string' && !isPath(address) ? address : told.host,
    protocol: told.protocol,
    path: place === null && told.port === null ? (socket ?? told.path) : null,
  }
}

/** An error, those that it is made of (AggregateError), and what caused it: the outermost first. */
function family(error: Properties): Properties[] {
  const all = [error]
  for (const one of all) {
    const { errors, cause } = one
    const more: unknown[] = [...(Array.isArray(errors) ? (errors as unknown[]) : []), cause]
    for (const next of more) {
      if (isObject(next) && !all.includes(next) && all.length < MOST_ERRORS) all.push(next)
    }
  }
  return all
}

function readObject(error: Properties): ParsedError {
  return mostTelling(family(error).map(own))
}

/** A line of a log that is JSON, as of pino, bunyan, winston and the engines of databases. */
function readJson(line: string): ParsedError | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (!isObject(value)) return null
  const parts = ['err', 'error', 'exception', 'attr'].map((name) => value[name])
  const inner = parts.flatMap((part) => (isObject(part) ? [part, part['error']] : []))
  const told = [...inner.filter(isObject), value].map(readObject)
  const best = mostTelling(told.map((one) => (one.code === null ? NOTHING : one)))
  // A log line is data: no number in it is a port unless it stands where ports do.
  return best.code === null ? NOTHING : best
}

/** What an error or the text of one says about itself: what, and where. */
export function readError(error: unknown): ParsedError {
  if (typeof error === 'string') return readErrorText(error, readJson)
  if (!isObject(error)) throw invalidType('error', 'an Error or the text of one', error)
  return readObject(error)
}
