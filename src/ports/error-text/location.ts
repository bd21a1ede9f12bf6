/** Finds the address and port, or the path, in a line of text. Pure. */

import { isIPv4, isIPv6 } from 'node:net'
import { type ParsedError, validPort } from './parsed.ts'

/** The port and host, or the path, of an error. */
export type ErrorLocation = Pick<ParsedError, 'port' | 'host' | 'path'>

/** Texts for all addresses, or for no known one. */
const ANY = ['', '*', 'null', 'undefined', 'any']

/** The host in front of a port, null for all addresses; undefined where the text is not a host. */
function hostIn(text: string): string | null | undefined {
  // Java: NAME/ADDRESS. Kestrel and curl: a URL.
  const last = text.slice(text.lastIndexOf('/') + 1)
  const host = last.replace(/^\[(.*)\]$/, '$1')
  if (ANY.includes(host)) return null
  if (isIPv4(host) || isIPv6(host)) return host
  return /^localhost\.?$/i.test(host) ? 'localhost' : undefined
}

/** "0.0.0.0:80", ":::3000", "[::1]:3000", "fe80::1%eth0:80", "http://localhost:80/", "0.0.0.0:80->80/tcp". */
function inToken(text: string): ErrorLocation | null {
  // HAProxy: [0.0.0.0:80].
  const token = /^\[[^[\]]*:\d{1,5}\]$/.test(text) ? text.slice(1, -1) : text
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(token)
  for (const found of token.matchAll(/:\[?(\d{1,5})(?!\d)/g)) {
    const before = token.slice(0, found.index)
    const port = validPort(found[1])
    if (port === null) continue
    const host = hostIn(before)
    if (host !== undefined) return { port, host, path: null }
    // Another name in a URL: its address is not known here, its port is.
    if (isUrl && /^[^:]*:\/\/[^:/]+$/.test(before)) return { port, host: null, path: null }
  }
  return null
}

/** Python's ('127.0.0.1', 8000) and ('::', 8000, 0, 0), Erlang's "::",5672,eaddrinuse. */
const TUPLE = /['"]([^'"]*)['"]\s*,\s*(\d{1,5})(?:[\d\s,]*\)|,e[a-z]+\b)/

function inTuple(line: string): ErrorLocation | null {
  const [, text = '', digits] = TUPLE.exec(line) ?? []
  const port = validPort(digits)
  return port === null ? null : { port, host: hostIn(text) ?? null, path: null }
}

/** "port 3000", "Port: 3000", "port='3000'", "tried 3000", but not the port that is used instead. */
const WORD =
  /\b(?:port(?: number)?|tried|because)['"]?\s*[#:=,]?\s*['"]?(\d{1,5})\b(?!\.\d| times| attempts)/gi
const INSTEAD = /\b(?:alternative|another|available|free|instead|next|trying|try|use|using)\s*$/i

function byWord(line: string): ErrorLocation | null {
  for (const found of line.matchAll(WORD)) {
    const port = validPort(found[1])
    if (port === null || INSTEAD.test(line.slice(0, found.index))) continue
    return { port, host: addressIn(line), path: null }
  }
  return null
}

/** An address apart from its port: for "127.0.0.1" port 3000, on address 127.0.0.1. */
export function addressIn(line: string): string | null {
  const named =
    /\b(?:for|address|available|denied|host|on|at|to)\s+["'([]?([0-9a-f.:%\w]+|localhost)/gi
  for (const [, text = ''] of line.matchAll(named)) {
    if (isIPv4(text) || isIPv6(text) || text.toLowerCase() === 'localhost') return text
  }
  return null
}

const PATHS: readonly RegExp[] = [
  /(\\\\[.?]\\pipe\\[^\s'",;]+)/, // a named pipe of Windows
  /\bunix:(?:\/\/)?([/@][^\s'",;]+)/, // nginx, gunicorn
  /\bunix ([/@][^\s'",;]+)/, // Go
  /(?:in use|denied|EADDRINUSE|EACCES):? ([/@][^\s'",;]+)/, // Node.js
  /\bsocket file ["']([^"']+)["']/, // PostgreSQL
  /((?:\/[^\s'",;:/]+)+\.sock(?:et)?)\b/,
]

/** What Node appends to the text of a listen error: an address with its port, or a path. */
const OF_NODE =
  /\blisten E[A-Z]+: (?:address already in use|address not available|permission denied) (\S.*)$/

/** The path of a Unix socket or of a named pipe. */
export function pathIn(line: string): string | null {
  const [, whole] = OF_NODE.exec(line) ?? []
  if (whole !== undefined && !isIPv4(whole) && !isIPv6(whole)) return whole
  const path = PATHS.map((pattern) => pattern.exec(line)?.[1]).find((found) => found !== undefined)
  return path?.replace(/[:.)\]]+$/, '') ?? null
}

/** The location in a line; null where it has none. */
export function locationIn(line: string): ErrorLocation | null {
  const tuple = inTuple(line)
  if (tuple !== null) return tuple
  for (const [token] of line.matchAll(/[^\s'"`(),;<>{}=]+/g)) {
    const location = inToken(token)
    if (location !== null) return location
  }
  return byWord(line)
}
