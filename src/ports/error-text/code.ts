/** Finds the error code that a line of text is about. Pure. */

import { errorCode } from '../../errors.ts'

const NAMES = ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ECONNREFUSED'] as const
type Name = (typeof NAMES)[number]

const NAME = RegExp(`\\b(?:WSA)?(${NAMES.join('|')})\\b`, 'i')

/** How servers and runtimes say that a port, an address or a socket is in use. */
const TAKEN =
  '(?:already|currently|still|being)? ?(?:in use|used|allocated|taken|occupied|bound)\\b'

const PHRASES: readonly (readonly [phrase: RegExp, code: Name])[] = [
  [/\baddress already in use\b|\baddr(?:ess)? ?in ?use\b|\bconnection in use\b/i, 'EADDRINUSE'],
  [/\bonly one usage of each socket address\b/i, 'EADDRINUSE'],
  [RegExp(`\\bports?\\b.{0,60}\\b(?:is|was|are) ${TAKEN}`, 'i'), 'EADDRINUSE'],
  [/\bport\b.{0,60}\b(?:is|was) (?:not available|unavailable|busy)\b/i, 'EADDRINUSE'],
  [/\bis (?:that )?port\b.{0,20}\bin use\?/i, 'EADDRINUSE'],
  [RegExp(`:\\d{1,5}/?\\S* (?:is|was) ${TAKEN}`, 'i'), 'EADDRINUSE'],
  [/\balready (?:running|listening|in use) (?:on|at) port\b/i, 'EADDRINUSE'],
  [/\bsomething is already running\b/i, 'EADDRINUSE'],
  [/\bunable to find an available port \(tried\b/i, 'EADDRINUSE'],
  [/\bport\b.{0,60}\bcould not be (?:used|bound)\b/i, 'EADDRINUSE'],
  [/\bcannot listen to port\b|\bbecause \d{1,5} is in use\b/i, 'EADDRINUSE'],
  [
    /\bcan(?:'|no)t assign requested address\b|\bcannot assign requested address\b/i,
    'EADDRNOTAVAIL',
  ],
  [/\bAddrNotAvailable\b|\bnot valid in its context\b/i, 'EADDRNOTAVAIL'],
  [/\baddress family not supported\b/i, 'EAFNOSUPPORT'],
  [/\bconnection ?refused\b|\bactively refused\b|\bcouldn't connect to server\b/i, 'ECONNREFUSED'],
  [/\bforbidden by its access permissions\b/i, 'EACCES'],
  [/\bpermission ?denied\b|\brequires elevated privileges\b/i, 'EACCES'],
]

/** Permission is denied for many other things: only with these words is it about a port. */
const OF_A_SOCKET = /\b(?:listen|bind|binding|socket|port|ports|address)\b/i

/** The error numbers of Linux, macOS and Windows (winsock2.h), after a word that marks them. */
const NUMBER = /(?:\berrno|\bos error|\bcode|\berror|\[WinError|\()[ :=]*-?(\d{1,5})\b/gi
const BY_NUMBER: Readonly<Record<number, Name>> = {
  48: 'EADDRINUSE',
  98: 'EADDRINUSE',
  49: 'EADDRNOTAVAIL',
  99: 'EADDRNOTAVAIL',
  61: 'ECONNREFUSED',
  111: 'ECONNREFUSED',
}

function byNumber(line: string): Name | null {
  for (const [, digits] of line.matchAll(NUMBER)) {
    const number = Number(digits)
    const name = BY_NUMBER[number] ?? errorCode(number > 10_000 ? number : 0, 'win32')
    const known = NAMES.find((one) => one === name)
    if (known !== undefined) return known
  }
  return null
}

/** The code of the error that a line is about; null where it is none of these. */
export function codeIn(line: string): string | null {
  const named = NAME.exec(line)?.[1]?.toUpperCase()
  const code = named ?? byNumber(line) ?? PHRASES.find(([phrase]) => phrase.test(line))?.[1] ?? null
  return code === 'EACCES' && !OF_A_SOCKET.test(line) ? null : code
}
