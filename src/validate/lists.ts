/** Checks of values that may be single or an array. */

import { invalidType, invalidValue, isRevoked, outOfRange } from '../errors.ts'

/** An array; false for a revoked proxy, which throws when it is asked. */
export const isList = (value: unknown): value is readonly unknown[] =>
  !isRevoked(value) && Array.isArray(value)

type Check<Item> = (name: string, item: unknown) => Item

/** Each item of an array, checked. */
export function checkArray<Item>(name: string, value: unknown, check: Check<Item>): Item[] {
  if (!isList(value)) throw invalidType(name, 'an array', value)
  // Not map(), which would skip holes.
  return Array.from(value, (item, at) => check(`${name}[${at}]`, item))
}

/** A single value or an array of them, each checked. */
export function checkListOrNone<Item>(name: string, value: unknown, check: Check<Item>): Item[] {
  if (isList(value)) return checkArray(name, value, check)
  const iterable = typeof value === 'object' && value !== null && !isRevoked(value)
  if (iterable && Symbol.iterator in value) {
    throw invalidType(name, 'a single value or an array of them', value)
  }
  return [check(name, value)]
}

/** `checkListOrNone` where an empty array is refused: it would match nothing. */
export function checkList<Item>(
  name: string,
  value: unknown,
  check: Check<Item>,
  most?: number,
): Item[] {
  const items = checkListOrNone(name, value, check)
  if (items.length === 0) throw invalidValue(name, 'a value or an array of at least one', value)
  if (most === undefined || items.length <= most) return items
  throw outOfRange(name, `at most ${most} long`, items.length)
}
