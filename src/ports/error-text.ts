/** Reads what an error of a bind or a connection says about itself. Pure. */

import { errorCode, invalidType } from '../errors.ts'
import type { Protocol } from '../types.ts'

const CODES = ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ECONNREFUSED']

const PHRASES: readonly (readonly [phrase: RegExp, code: string])[] = [
  [/address already in use|only one usage of each socket address/i, 'EADDRINUSE'],
  [/forbidden by its access permissions|permission denied/i, 'EACCES'],
  [/cannot assign requested address|not valid in its context/i, 'EADDRNOTAVAIL'],
  [/address family not supported/i, 'EAFNOSUPPORT'],
  [/connection refused|actively refused/i, 'ECONNREFUSED'],
]

/** What an error says about itself. */
export interface Told {
  readonly code: string | null
  readonly port: number | null
  readonly host: string | null
  readonly protocol: Protocol | null
}

/** "0.0.0.0:80", ":::3000", "[::1]:3000", "localhost:3000", ":8080"; no time of day. */
const PLACE =
  /(?:^|[\s('"])(\[[0-9a-f:.%]+\]|[0-9a-f:]*::[0-9a-f:.]*|\d+\.\d+\.\d+\.\d+|localhost|\*)?:(\d{1,5})(?!\d|\.\d|:\S)/i

/** Reads an error's text as programs in any language print it. */
export function readErrorText(text: string): Told {
  const number = /\b(100(?:13|47|48|49|61))\b/.exec(text)?.[1]
  const named = CODES.find((code) => new RegExp(`\\b(WSA)?${code}\\b`).test(text))
  const phrase = PHRASES.find(([words]) => words.test(text))?.[1]
  const code =
    named ??
    (number === undefined ? undefined : errorCode(Number(number), 'win32')) ??
    phrase ??
    null
  const place = PLACE.exec(text)
  const port = place?.[2] ?? /\bport[ =:]+(\d{1,5})\b/i.exec(text)?.[1]
  const host = place?.[1]?.replace(/^\[(.*)\]$/, '$1').replace('*', '') ?? ''
  return {
    code,
    port: port === undefined || Number(port) > 65_535 || Number(port) === 0 ? null : Number(port),
    host: host === '' ? null : host,
    protocol: /\budp\b/i.test(text) ? 'udp' : null,
  }
}

/** What an error or the text of one says: where, and what. */
export function readError(error: unknown): Told {
  if (typeof error === 'string') return readErrorText(error)
  if (typeof error !== 'object' || error === null) {
    throw invalidType('error', 'an Error or the text of one', error)
  }
  const { code, port, address, message } = error as Readonly<Record<string, unknown>>
  const told = readErrorText(typeof message === 'string' ? message : '')
  return {
    code: typeof code === 'string' ? code : told.code,
    port: typeof port === 'number' && port > 0 ? port : told.port,
    host: typeof address === 'string' ? address : told.host,
    protocol: told.protocol,
  }
}
