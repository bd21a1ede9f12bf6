/** Reads an error as it was thrown, or in the text of any program. Pure. */

import { invalidType, isRevoked } from '../../errors.ts'
import { isAddress } from '../addresses.ts'
import { codeIn } from './code.ts'
import { type ParsedError, mostTelling, validPort } from './parsed.ts'
import { readErrorText } from './text.ts'
import { isList } from '../../validate.ts'

/** How many errors within errors are looked at; there may be rings of them. */
const MOST_ERRORS = 100

type Properties = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !isRevoked(value)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Errors of a socket that has no port have its path instead, which may be a relative one. */
function pathOf({ address, path, syscall }: Properties): string | null {
  if (!['listen', 'bind', 'connect'].includes(textOf(syscall))) return null
  const found = [address, path].map(textOf).find((text) => text !== '' && !isAddress(text))
  return found ?? null
}

/** The number that a system gives to an error, as Node has it: negative. */
function nameOf({ code, errno }: Properties): string | null {
  const name = codeIn(textOf(code))
  if (name !== null) return name
  if (typeof code === 'string' && code !== '') return code
  return typeof errno === 'number' ? codeIn(`errno ${Math.abs(errno)}`) : null
}

function own(error: Properties): ParsedError {
  const { port, address } = error
  const said = ['message', 'msg', 'errmsg', 'log', 'error'].map((name) => textOf(error[name]))
  const told = mostTelling(said.filter((text) => text !== '').map((text) => readErrorText(text)))
  const place = validPort(port)
  const path = place === null ? pathOf(error) : null
  return {
    code: nameOf(error) ?? told.code,
    port: place ?? (path === null ? told.port : null),
    host: path === null ? textOf(address) || told.host : null,
    protocol: told.protocol,
    path: place === null ? (path ?? (told.port === null ? told.path : null)) : null,
  }
}

/** An error, those that it is made of (AggregateError), and what caused it: the outermost first. */
function family(error: Properties): Properties[] {
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
  return mostTelling(family(error).map(own))
}

/** A line of a log that is JSON, as of pino, bunyan, winston, zap and the engines of databases. */
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
  // What is innermost says most. No number of a log is a port but where ports stand.
  return mostTelling(
    parts
      .reverse()
      .map(readObject)
      .filter(({ code }) => code !== null),
  )
}

/** What an error or the text of one says about itself: what, and where. */
export function readError(error: unknown): ParsedError {
  if (typeof error === 'string') return readErrorText(error, readJson)
  if (!isObject(error)) throw invalidType('error', 'an Error or the text of one', error)
  return readObject(error)
}
