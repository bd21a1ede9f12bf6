/** Reads an error object, or the text of one from any program. Pure. */

import { invalidType, isRevoked } from '../../errors.ts'
import { isAddress } from '../addresses.ts'
import { codeIn } from './code.ts'
import { type ParsedError, mostSpecific, validPort } from './parsed.ts'
import { readErrorText } from './text.ts'
import { isList } from '../../validate.ts'

/** How many nested errors are read; they may form a cycle. */
const MOST_ERRORS = 100

type Properties = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !isRevoked(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Errors of a socket without a port have its path instead, which may be relative. */
function pathOf({ address, path, syscall }: Properties): string | null {
  if (!['listen', 'bind', 'connect'].includes(textOf(syscall))) return null
  const found = [address, path].map(textOf).find((text) => text !== '' && !isAddress(text))
  return found ?? null
}

/** The code of an error, from its name or from its number, which is negative in Node. */
function nameOf({ code, errno }: Properties): string | null {
  const name = codeIn(textOf(code))
  if (name !== null) return name
  if (typeof code === 'string' && code !== '') return code
  return typeof errno === 'number' ? codeIn(`errno ${Math.abs(errno)}`) : null
}

function own(error: Properties): ParsedError {
  const { port, address } = error
  const texts = ['message', 'msg', 'errmsg', 'log', 'error'].map((name) => textOf(error[name]))
  const fromText = mostSpecific(
    texts.filter((text) => text !== '').map((text) => readErrorText(text)),
  )
  const ownPort = validPort(port)
  const path = ownPort === null ? pathOf(error) : null
  return {
    code: nameOf(error) ?? fromText.code,
    port: ownPort ?? (path === null ? fromText.port : null),
    host: path === null ? textOf(address) || fromText.host : null,
    protocol: fromText.protocol,
    path: ownPort === null ? (path ?? (fromText.port === null ? fromText.path : null)) : null,
  }
}

/** An error, its parts (AggregateError) and its causes, the outermost first. */
function withNested(error: Properties): Properties[] {
  const all = [error]
  for (const one of all) {
    const { errors, cause } = one
    for (const given of [...(isList(errors) ? errors : []), cause]) {
      const next = typeof given === 'string' ? { message: given } : given
      if (isObject(next) && !all.includes(next) && all.length < MOST_ERRORS) all.push(next)
    }
  }
  return all
}

function readObject(error: Properties): ParsedError {
  return mostSpecific(withNested(error).map(own))
}

/** A line of a JSON log, as of pino, bunyan, winston, zap and database servers. */
function readJson(line: string): ParsedError | null {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return null
  }
  if (!isObject(value)) return null
  const parts = [value]
  for (const part of parts) {
    for (const name of ['err', 'error', 'exception', 'attr']) {
      const inner = part[name]
      if (isObject(inner) && parts.length < MOST_ERRORS) parts.push(inner)
    }
  }
  // The innermost is the most specific. Without a code, a number in a log is not a port.
  return mostSpecific(
    parts
      .reverse()
      .map(readObject)
      .filter(({ code }) => code !== null),
  )
}

/** The code and the location of an error or of the text of one. */
export function readError(error: unknown): ParsedError {
  if (typeof error === 'string') return readErrorText(error, readJson)
  if (!isObject(error)) throw invalidType('error', 'an Error or the text of one', error)
  return readObject(error)
}
