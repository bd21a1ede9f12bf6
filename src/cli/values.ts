/** The values of options, checked. All throw a UsageError that names the value and what is right. */

import type { PortFilter, Protocol, Source, TcpState } from '../index.ts'
import { SOURCES, TCP_STATES } from '../index.ts'
import { closest } from '../closest.ts'
import { UsageError } from './usage-error.ts'

function list(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(','))
}

function parseNumber(what: string, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`${what} must be a number from ${least} to ${most}, not '${text}'`)
}

/** The protocols that -t and -u ask for where TCP is what is meant without them. */
export function protocolsOf(asked: {
  readonly tcp?: boolean | undefined
  readonly udp?: boolean | undefined
}): Protocol | readonly Protocol[] {
  if (!asked.udp) return 'tcp'
  return asked.tcp ? ['tcp', 'udp'] : 'udp'
}

export function parsePort(what: string, text: string): number {
  return parseNumber(what, text, 0, 65_535)
}

/** How many ports. */
export function parseCount(what: string, text: string): number {
  return parseNumber(what, text, 1, 65_535)
}

export function parsePorts(option: string, texts: readonly string[]): PortFilter[] {
  return list(texts).map((text) => {
    const [first = '', last, ...more] = text.split('-')
    if (last === undefined) return parsePort(option, first)
    if (more.length > 0) throw new UsageError(`${option} must be N or A-B, not '${text}'`)
    const range = { from: parsePort(option, first), to: parsePort(option, last) }
    if (range.from <= range.to) return range
    throw new UsageError(`${option} ${text} runs backwards: did you mean ${last}-${first}?`)
  })
}

/** Seconds, with a fraction where one likes, as milliseconds. */
export function parseSeconds(what: string, text: string): number {
  const seconds = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isNaN(seconds)) return Math.round(seconds * 1000)
  throw new UsageError(`${what} must be a number of seconds such as 5 or 0.5, not '${text}'`)
}

export function parsePids(texts: readonly string[]): number[] {
  return list(texts).map((text) => parseNumber('--pid', text, 1, 2 ** 31 - 1))
}

export function parseStates(texts: readonly string[]): TcpState[] {
  return list(texts).map((text) => {
    const name = text.trim().toUpperCase().replaceAll('-', '_')
    const state = TCP_STATES.find((known) => known === name)
    if (state !== undefined) return state
    const known = closest(name, TCP_STATES)
    const hint = known === undefined ? '' : `; did you mean ${known}?`
    throw new UsageError(`unknown state '${text}'${hint} (known: ${TCP_STATES.join(', ')})`)
  })
}

export function parseSource(text: string): Source {
  const source = SOURCES.find((known) => known === text)
  if (source !== undefined) return source
  throw new UsageError(`--source must be one of ${SOURCES.join(', ')}, not '${text}'`)
}
