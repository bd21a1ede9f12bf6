/** What is known of an error of a bind or a connection. */

import type { Protocol } from '../../types/index.ts'

export interface ParsedError {
  /** Node's name of it. */
  readonly code: string | null
  readonly port: number | null
  /** An address, or `localhost`. */
  readonly host: string | null
  readonly protocol: Protocol | null
  /** Where it is of a Unix socket or a named pipe. */
  readonly path: string | null
}

export const NOTHING: ParsedError = {
  code: null,
  port: null,
  host: null,
  protocol: null,
  path: null,
}

/** Errors of a bind: these come before refused connections, which may be mere consequences. */
export const isOfBind = (code: string | null): boolean => code !== null && code !== 'ECONNREFUSED'

/** Which of several errors is the one to explain: one of a bind that says where it was, if any. */
export function mostTelling(errors: readonly ParsedError[]): ParsedError {
  const says = ({ port, path }: ParsedError) => port !== null || path !== null
  return (
    errors.find((error) => isOfBind(error.code) && says(error)) ??
    errors.find((error) => error.code !== null && says(error)) ??
    errors.find(({ code }) => isOfBind(code)) ??
    errors.find(({ code }) => code !== null) ??
    errors.find(says) ??
    NOTHING
  )
}

/** A port that a server may have. */
export function validPort(value: unknown): number | null {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
    ? port
    : null
}
