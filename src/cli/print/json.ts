/** A table as one JSON object. */

import type { SocketTable } from '../../index.ts'

/** The API's table with something before it, and a newline behind it. */
export function formatJson(table: SocketTable, before: object = {}): string {
  return `${JSON.stringify({ ...before, ...table })}\n`
}
