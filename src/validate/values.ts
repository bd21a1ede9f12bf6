/** Checks of single values. Each returns the value or throws Node's own error. */

import { constants } from 'node:os'
import { closest } from '../closest.ts'
import { invalidType, invalidValue, isRevoked, outOfRange } from '../errors.ts'

const HIGHEST_PID = 2 ** 31 - 1

/** Checks that a value is a whole number in a range. */
export function checkInteger(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw outOfRange(name, `an integer >= ${least} and <= ${most}`, value)
  }
  return value
}

/** Checks that a value is a PID. */
export function checkPid(name: string, value: unknown): number {
  return checkInteger(name, value, 1, HIGHEST_PID)
}

/** Checks that a value is one of some words; a misspelt one is answered with the nearest. */
export function checkOneOf<Word extends string>(
  name: string,
  value: unknown,
  allowed: readonly Word[],
): Word {
  if (typeof value !== 'string') throw invalidType(name, 'of type string', value)
  const word = allowed.find((known) => known === value)
  if (word !== undefined) return word
  const meant = closest(value, allowed)
  const hint = meant === undefined ? '' : ` (did you mean '${meant}'?)`
  throw invalidValue(name, `one of ${allowed.join(', ')}${hint}`, value)
}

/** Checks that a value is a boolean. */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'of type boolean', value)
  return value
}

/** Checks a boolean whose default is false. */
export function checkFlag(name: string, value: unknown): boolean {
  return value === undefined ? false : checkBoolean(name, value)
}

/** Checks that a value is a duration in milliseconds: a number from 0 on, or Infinity. */
export function checkDuration(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'of type number', value)
  if (!(value >= 0)) throw outOfRange(name, 'a number of milliseconds >= 0', value)
  return value
}

/** Checks the name of a signal that ends processes, and returns its number. */
export function checkSignalName(name: string, value: unknown): number {
  // Windows has few of them; what it lacks is asked for in the same way there.
  const known = Object.keys(constants.signals) as NodeJS.Signals[]
  return constants.signals[checkOneOf(name, value, known)]
}

/** A process by its PID and, where that is known, its start time. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string | null
}

/** Checks an object that names a process. */
export function checkIdentity(name: string, value: unknown): ProcessIdentity {
  if (typeof value !== 'object' || value === null || isRevoked(value) || !('pid' in value)) {
    throw invalidType(name, 'a PID or an object { pid, startTime }', value)
  }
  const { pid, startTime = null } = value as { pid?: unknown; startTime?: unknown }
  if (startTime !== null && typeof startTime !== 'string') {
    throw invalidType(`${name}.startTime`, 'of type string', startTime)
  }
  return { pid: checkPid(`${name}.pid`, pid), startTime }
}
