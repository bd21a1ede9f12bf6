/** What is known of an error of a bind or a connection. */

import type { Protocol } from '../../types/index.ts'

/** What an error says about itself; null where it says nothing. */
export interface ParsedError {
  /** Node's name of the error. */
  readonly code: string | null
  readonly port: number | null
  /** An address, or `localhost`. */
  readonly host: string | null
  readonly protocol: Protocol | null
  /** Of a Unix socket or a named pipe. */
  readonly path: string | null
}

export const NOTHING: ParsedError = {
  code: null,
  port: null,
  host: null,
  protocol: null,
  path: null,
}

/** Bind errors take precedence over refused connections, which may be their consequence. */
export const isBindError = (code: string | null): boolean =>
  code !== null && code !== 'ECONNREFUSED'

/** The one of several errors to explain: a bind error with a location, if any. */
export function mostSpecific(errors: readonly ParsedError[]): ParsedError {
  const hasLocation = ({ port, path }: ParsedError) => port !== null || path !== null
  return (
    errors.find((error) => isBindError(error.code) && hasLocation(error)) ??
    errors.find((error) => error.code !== null && hasLocation(error)) ??
    errors.find(({ code }) => isBindError(code)) ??
    errors.find(({ code }) => code !== null) ??
    errors.find(hasLocation) ??
    NOTHING
  )
}

/** A value as a port number from 1 to 65535; null where it is none. */
export function validPort(value: unknown): number | null {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
    ? port
    : null
}
