/** Parsers of values. All throw a UsageError that names the value and says what is right. */

import type { PortFilter, Source, TcpState } from '../index.ts'
import { SOURCES, TCP_STATES } from '../index.ts'
import { closest } from '../closest.ts'
import { UsageError } from './usage-error.ts'

export const HIGHEST_PORT = 65_535
export const HIGHEST_PID: number = 2 ** 31 - 1

function parseNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UsageError(`${name} must be a number from ${least} to ${most}, not '${text}'`)
}

/** Whether a text is a port as people write it: 3000 or :3000. */
export const isPort = (text: string): boolean => /^:?\d+$/.test(text)

/** A port, as 3000 or :3000. */
export function parsePort(name: string, text: string, least = 0): number {
  return parseNumber(name, text.replace(/^:(?=.)/, ''), least, HIGHEST_PORT)
}

/** A port or a range of ports, as 3000, :3000 or 3000-3010. */
export function parsePortFilter(name: string, text: string): PortFilter {
  const [first = '', last, ...more] = text.split('-')
  if (last === undefined) return parsePort(name, first)
  if (more.length > 0) throw new UsageError(`${name} must be N or A-B, not '${text}'`)
  const range = { from: parsePort(name, first), to: parsePort(name, last) }
  if (range.from <= range.to) return range
  throw new UsageError(`${name} ${text} runs backwards: did you mean ${last}-${first}?`)
}

/** How many ports. */
export function parseCount(name: string, text: string): number {
  return parseNumber(name, text, 1, HIGHEST_PORT)
}

/** Seconds, also with a fraction, as milliseconds. */
export function parseSeconds(name: string, text: string): number {
  const seconds = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isNaN(seconds)) return Math.round(seconds * 1000)
  throw new UsageError(`${name} must be a number of seconds such as 5 or 0.5, not '${text}'`)
}

export function parsePid(name: string, text: string): number {
  return parseNumber(name, text, 1, HIGHEST_PID)
}

export function parseState(_name: string, text: string): TcpState {
  const name = text.trim().toUpperCase().replaceAll('-', '_')
  const state = TCP_STATES.find((known) => known === name)
  if (state !== undefined) return state
  const meant = closest(name, TCP_STATES)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  throw new UsageError(`unknown state '${text}'${hint} (known: ${TCP_STATES.join(', ')})`)
}

/** One of some words. */
export function parseWord<Word extends string>(
  name: string,
  text: string,
  words: readonly Word[],
): Word {
  const word = words.find((known) => known === text)
  if (word !== undefined) return word
  const meant = closest(text, words)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  throw new UsageError(`${name} must be one of ${words.join(', ')}, not '${text}'${hint}`)
}

export const parseSource = (name: string, text: string): Source => parseWord(name, text, SOURCES)

/** Any text. */
export const parseText = (_name: string, text: string): string => text
