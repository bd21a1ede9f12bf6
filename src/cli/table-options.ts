/** The options that say which sockets, shared by the subcommands with a table. */

import type { PortFilter, Source, TcpState } from '../index.ts'
import { TCP_STATES } from '../index.ts'
import type { Flag, List, Single } from './option.ts'
import { parsePid, parsePortFilter, parseSource, parseState } from './values.ts'

const SELECTION = 'Which sockets'
const FILTERS = 'Filters'
const OUTPUT = 'Output'

/** Protocols, families and the source. */
export const KIND_OPTIONS: {
  readonly tcp: Flag
  readonly udp: Flag
  readonly ipv4: Flag
  readonly ipv6: Flag
  readonly source: Single<Source>
} = {
  tcp: { kind: 'flag', short: 't', section: FILTERS, help: 'TCP only' },
  udp: { kind: 'flag', short: 'u', section: FILTERS, help: 'UDP only' },
  ipv4: { kind: 'flag', short: '4', section: FILTERS, help: 'IPv4 sockets only' },
  ipv6: { kind: 'flag', short: '6', section: FILTERS, help: 'IPv6 sockets only' },
  source: {
    kind: 'single',
    section: OUTPUT,
    placeholder: 'NAME',
    needs: 'sock_diag, procfs, iphlpapi, pcblist or libproc',
    parse: parseSource,
    help:
      'the kernel interface to read: sock_diag or procfs (Linux), iphlpapi (Windows), pcblist or ' +
      'libproc (macOS); default: the best that works',
  },
}

const PORTS = {
  kind: 'list',
  section: FILTERS,
  placeholder: 'N|A-B,...',
  needs: 'a port N or a range A-B, from 0 to 65535',
  parse: parsePortFilter,
} as const

/** All that says which sockets. */
export const FILTER_OPTIONS: typeof KIND_OPTIONS & {
  readonly listening: Flag
  readonly all: Flag
  readonly bound: Flag
  readonly state: List<TcpState>
  readonly port: List<PortFilter>
  readonly 'remote-port': List<PortFilter>
  readonly pid: List<number>
} = {
  listening: {
    kind: 'flag',
    short: 'l',
    section: SELECTION,
    help: 'those that wait for peers: TCP in LISTEN, and UDP that is not connected',
  },
  all: { kind: 'flag', short: 'a', section: SELECTION, help: 'all, listening or not' },
  bound: {
    kind: 'flag',
    short: 'B',
    section: SELECTION,
    help:
      'add TCP sockets that are bound to a port and neither listen nor connect (Linux 6.8 and later, ' +
      'macOS); not with -l',
  },
  ...KIND_OPTIONS,
  state: {
    kind: 'list',
    section: FILTERS,
    placeholder: 'NAME,...',
    needs: 'a state such as LISTEN',
    parse: parseState,
    help: `TCP states: ${TCP_STATES.join(', ')}`,
  },
  port: { ...PORTS, help: 'local port' },
  'remote-port': { ...PORTS, help: 'remote port' },
  pid: {
    kind: 'list',
    section: FILTERS,
    placeholder: 'N,...',
    needs: 'a PID, a number from 1 on',
    parse: parsePid,
    help: 'sockets that these processes hold',
  },
}

/** How a table is printed. */
export const OUTPUT_OPTIONS: {
  readonly json: Flag
  readonly csv: Flag
  readonly numeric: Flag
  readonly programs: Flag
} = {
  json: {
    kind: 'flag',
    section: OUTPUT,
    help: 'one JSON object: source, complete, hidden, rows and more',
  },
  csv: {
    kind: 'flag',
    section: OUTPUT,
    help:
      'comma-separated values with a header; a name that begins like a formula gets an apostrophe ' +
      'in front',
  },
  numeric: {
    kind: 'flag',
    short: 'n',
    section: OUTPUT,
    help: 'accepted as in netstat: addresses are always numeric',
  },
  programs: {
    kind: 'flag',
    short: 'p',
    section: OUTPUT,
    help: 'accepted as in netstat: programs are always shown',
  },
}

/** The options of "list", which are also those of "socktable" alone. */
export const LIST_OPTIONS: typeof FILTER_OPTIONS & typeof OUTPUT_OPTIONS = {
  ...FILTER_OPTIONS,
  ...OUTPUT_OPTIONS,
}
