/** The query that the options of a table ask. */

import type { Include, ListOptions } from '../index.ts'
import { type Values, given } from './option.ts'
import type { FILTER_OPTIONS, KIND_OPTIONS, OUTPUT_OPTIONS } from './table-options.ts'
import { UsageError } from './usage-error.ts'

export type Query = ListOptions

type FilterValues = Values<typeof FILTER_OPTIONS>

export type Format = 'table' | 'json' | 'csv'

/** Which sockets are shown, for the line that says so. */
export type Selection = 'listening' | 'connected' | 'all' | 'matching'

export function formatOf({ json, csv }: Values<typeof OUTPUT_OPTIONS>): Format {
  if (json && csv) throw new UsageError('--json and --csv exclude each other')
  if (json) return 'json'
  return csv ? 'csv' : 'table'
}

/** All groups of fields, as JSON and CSV have them. */
export const ALL_FIELDS: readonly Include[] = ['names', 'details', 'service']

/**
 * What the columns of a table take: of the details `dualStack`, which no socket with a peer has, and
 * what "who" says about hidden owners. Services are Windows' alone.
 */
export function fieldsFor(format: Format, selection?: Selection): readonly Include[] {
  if (format !== 'table') return ALL_FIELDS
  return [
    'names',
    ...(selection === 'connected' ? [] : ['details' as const]),
    ...(process.platform === 'win32' ? ['service' as const] : []),
  ]
}

/** Protocols, families and the source. */
export function kindQuery(values: Values<typeof KIND_OPTIONS>): Query {
  return {
    ...(values.tcp !== values.udp && { protocol: values.tcp ? 'tcp' : 'udp' }),
    ...(values.ipv4 !== values.ipv6 && { family: values.ipv4 ? 'IPv4' : 'IPv6' }),
    ...given({ source: values.source }),
  }
}

/** `otherwise` is what is shown where no option says which. */
export function selectionOf(values: FilterValues, otherwise: Selection): Selection {
  if (values.all) return 'all'
  if (values.listening) return 'listening'
  const filters = [values.state, values.port, values['remote-port'], values.pid]
  return filters.some((value) => value !== undefined) ? 'matching' : otherwise
}

export function filterQuery(values: FilterValues, selection: Selection): Query {
  if (values.udp && !values.tcp && (values.state !== undefined || values.bound)) {
    const option = values.state === undefined ? '-B' : '--state'
    throw new UsageError(`UDP sockets have no state: leave out --udp or ${option}`)
  }
  // To the library "listening" is a condition that bound sockets don't meet: they would silently
  // not be added.
  if (values.bound && selection === 'listening') {
    throw new UsageError('-l leaves bound sockets out: use -aB, or --state LISTEN,BOUND')
  }
  return {
    ...kindQuery(values),
    ...(selection === 'listening' && { listening: true }),
    ...(selection === 'connected' && { listening: false }),
    ...given({
      state: values.state,
      localPort: values.port,
      remotePort: values['remote-port'],
      pid: values.pid,
    }),
    ...(values.bound && { bound: true }),
  }
}
