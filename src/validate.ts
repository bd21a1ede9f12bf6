/** Checks of what callers pass: each throws Node's own error before anything runs. */

import { invalidType, invalidValue, isRevoked, outOfRange } from './errors.ts'
import type { Abortable, PortFilter } from './types/index.ts'

/** Checks that a port is a whole number from 0 to 65535. */
export function checkPort(name: string, value: unknown): number {
  return checkInteger(name, value, 0, 65_535)
}

/** Checks that a value is a whole number in a range. */
export function checkInteger(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw outOfRange(name, `an integer >= ${least} and <= ${most}`, value)
  }
  return value
}

/** Checks that a value is one of some words. */
export function checkOneOf<Word extends string>(
  name: string,
  value: unknown,
  allowed: readonly Word[],
): Word {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  const word = allowed.find((known) => known === value)
  if (word === undefined) throw invalidValue(name, `one of ${allowed.join(', ')}`, value)
  return word
}

/** Checks that a value is an address family: Node itself takes 4 and 6 for them. */
export function checkFamily(
  name: string,
  value: unknown,
  allowed: readonly ('IPv4' | 'IPv6')[] = ['IPv4', 'IPv6'],
): 'IPv4' | 'IPv6' {
  if (value === 4) return 'IPv4'
  return value === 6 ? 'IPv6' : checkOneOf(name, value, allowed)
}

/** Checks that a value is a boolean. */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value)
  return value
}

/** Checks a boolean that may be left out, which is false then. */
export function checkFlag(name: string, value: unknown): boolean {
  return value === undefined ? false : checkBoolean(name, value)
}

/** Checks that a value is a duration: a number from 0 on, or Infinity. */
export function checkDuration(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!(value >= 0)) throw outOfRange(name, 'a number of milliseconds >= 0', value)
  return value
}

/** An array; false for a revoked proxy, of which even that can't be asked. */
export const isList = (value: unknown): value is readonly unknown[] =>
  !isRevoked(value) && Array.isArray(value)

/** A single value or an array of them, each checked. */
export function checkListOrNone<Item>(
  name: string,
  value: unknown,
  check: (name: string, item: unknown) => Item,
): Item[] {
  // Not map(), which would pass over holes.
  if (isList(value)) return Array.from(value, (item, at) => check(`${name}[${at}]`, item))
  const iterable = typeof value === 'object' && value !== null && !isRevoked(value)
  if (iterable && Symbol.iterator in value) {
    throw invalidType(name, 'a single value or an array of them', value)
  }
  return [check(name, value)]
}

/** `checkListOrNone` where an empty array would ask for nothing, which nobody means. */
export function checkList<Item>(
  name: string,
  value: unknown,
  check: (name: string, item: unknown) => Item,
): Item[] {
  const items = checkListOrNone(name, value, check)
  if (items.length > 0) return items
  throw invalidValue(name, 'a value or an array of at least one', value)
}

// One of them alone is a range of which the other is missing, which says more.
const hasRange = (value: object): boolean => 'from' in value || 'to' in value

/** Checks a port or a range of ports. */
export function checkPortFilter(name: string, value: unknown): { from: number; to: number } {
  if (typeof value === 'number') {
    const port = checkPort(name, value)
    return { from: port, to: port }
  }
  if (typeof value !== 'object' || value === null || isRevoked(value) || !hasRange(value)) {
    throw invalidType(name, 'a port or an object { from, to }', value)
  }
  const range = value as Partial<Exclude<PortFilter, number>>
  const from = checkPort(`${name}.from`, range.from)
  const to = checkPort(`${name}.to`, range.to)
  if (from > to) throw outOfRange(`${name}.to`, `at least "${name}.from", which is ${from}`, to)
  return { from, to }
}

/**
 * Checks that `options` is an object with these properties alone. Others are refused: a misspelt
 * filter, or one that the function sets itself, would answer another question than was asked.
 */
export function checkOptions(
  options: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null || isRevoked(options) || isList(options)) {
    throw invalidType('options', 'of type object', options)
  }
  const surplus = Object.keys(options).find((name) => !known.includes(name))
  if (surplus === undefined) return options as Readonly<Record<string, unknown>>
  throw invalidValue('options', `an object of known properties (${known.join(', ')})`, surplus)
}

/** Like Node itself: signals of another realm or of a polyfill are as good as its own. */
function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null || isRevoked(value)) return false
  const { addEventListener, removeEventListener } = value as Partial<AbortSignal>
  const listens = typeof addEventListener === 'function'
  return 'aborted' in value && listens && typeof removeEventListener === 'function'
}

/** Checks the signal of an asynchronous call. */
export function checkSignal(options: Abortable | undefined): AbortSignal | undefined {
  const signal: unknown = options?.signal
  if (signal === undefined || isSignal(signal)) return signal
  throw invalidType('options.signal', 'an instance of AbortSignal', signal)
}
