/** Which sockets the options ask for. */

import type { ListOptions } from '../index.ts'
import type { FilterValues } from './options.ts'
import { UsageError } from './usage-error.ts'
import { parsePids, parsePorts, parseSource, parseStates } from './values.ts'

/** Which sockets are shown, for the line that says so. */
export type Selection = 'listening' | 'connected' | 'all' | 'matching'

/** What every command with a table takes: protocols, families and the source. */
export function commonQuery(values: FilterValues): ListOptions {
  return {
    include: ['names', 'details', 'service'],
    ...(values.tcp !== values.udp && { protocol: values.tcp ? 'tcp' : 'udp' }),
    ...(values.ipv4 !== values.ipv6 && { family: values.ipv4 ? 'IPv4' : 'IPv6' }),
    ...(values.source !== undefined && { source: parseSource(values.source) }),
  }
}

/** `otherwise` is what is shown where nothing says which. */
export function selectionOf(values: FilterValues, otherwise: Selection): Selection {
  if (values.all) return 'all'
  if (values.listening) return 'listening'
  const filters = [values.state, values.port, values['remote-port'], values.pid]
  if (filters.some((value) => value !== undefined)) return 'matching'
  return otherwise
}

export function listQuery(values: FilterValues, selection: Selection): ListOptions {
  const query: ListOptions = {
    ...commonQuery(values),
    ...(selection === 'listening' && { listening: true }),
    ...(selection === 'connected' && { listening: false }),
    ...(values.state !== undefined && { state: parseStates(values.state) }),
    ...(values.port !== undefined && { localPort: parsePorts('--port', values.port) }),
    ...(values['remote-port'] !== undefined && {
      remotePort: parsePorts('--remote-port', values['remote-port']),
    }),
    ...(values.pid !== undefined && { pid: parsePids(values.pid) }),
    ...(values.bound && { bound: true }),
  }
  if (values.udp && !values.tcp && (values.state !== undefined || values.bound)) {
    const option = values.state === undefined ? '-B' : '--state'
    throw new UsageError(`UDP sockets have no state: leave out --udp or ${option}`)
  }
  // The library takes "listening" as a condition that bound sockets don't meet: they would silently
  // not be added.
  if (values.bound && selection === 'listening') {
    throw new UsageError('-l leaves bound sockets out: use -aB, or --state LISTEN,BOUND')
  }
  return query
}
