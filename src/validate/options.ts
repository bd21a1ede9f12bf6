/** Checks of the object with options, and of the signal in it. */

import { closest } from '../closest.ts'
import { invalidType, isRevoked } from '../errors.ts'
import type { Abortable } from '../types/index.ts'
import { isList } from './lists.ts'

/** Options whose names were checked and whose values were not. */
export type OptionValues = Readonly<Record<string, unknown>>

function unknownOption(name: string, known: readonly string[]): TypeError {
  const meant = closest(name, known)
  const hint = meant === undefined ? '' : `: did you mean '${meant}'?`
  const names = meant === undefined ? ` (${known.join(', ')})` : ''
  const message = `The argument "options" must be an object of known properties${names}. Received '${name}'${hint}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}

/**
 * Checks that `options` is an object with these properties alone. Others are refused: a misspelt
 * filter, or one that the function sets itself, would answer another question than was asked.
 */
export function checkOptions(options: unknown, known: readonly string[]): OptionValues {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null || isRevoked(options) || isList(options)) {
    throw invalidType('options', 'of type object', options)
  }
  const surplus = Object.keys(options).find((name) => !known.includes(name))
  if (surplus === undefined) return options as OptionValues
  throw unknownOption(surplus, known)
}

/** The value of an option, checked; its default where it was left out. */
export function checkOption<Value, Default>(
  values: OptionValues,
  name: string,
  check: (name: string, value: unknown) => Value,
  otherwise: Default,
): Value | Default {
  const value = values[name]
  return value === undefined ? otherwise : check(`options.${name}`, value)
}

/** Refuses a signal in the options of a blocking function, which nothing could abort. */
export function refuseSignal(options: unknown, asynchronous: string): void {
  if (typeof options !== 'object' || options === null || isRevoked(options)) return
  if (!('signal' in options)) return
  const message = `${asynchronous}Sync blocks and can't be aborted: use ${asynchronous}`
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}

/** Accepts signals of another realm or of a polyfill, as Node does. */
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
