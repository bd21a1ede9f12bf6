/** socktable check PORT...: whether a server could bind these ports. */

import type { CheckOptions, PortCheck, PortFilter } from '../../index.ts'
import { checkPorts, explainPort } from '../../index.ts'
import { type UserNames, hiddenOwner, usersOf } from '../../users.ts'
import { EXIT } from '../exit-codes.ts'
import { print } from '../output.ts'
import { BIND_TARGET_OPTIONS, bindTargetOf } from '../port-options.ts'
import { formatJson } from '../print/json.ts'
import { escapeControls } from '../print/text.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { parsePortFilter } from '../values.ts'

interface CheckRequest {
  readonly ports: readonly PortFilter[]
  readonly options: CheckOptions
  readonly json: boolean
}

/** One line for each port. */
function line(
  { port, protocol, host, free, obstacles, holders }: PortCheck,
  users: UserNames,
): string {
  const shown = host.includes(':') ? `[${host}]` : host
  const where = `${protocol} ${shown}:${port}`
  if (free) return `${where}  free`
  const owners = new Set(
    holders.map((row) => {
      if (row.pid !== null) return `${row.processName ?? '?'} (PID ${row.pid})`
      return row.ownerUnknown === 'permission'
        ? hiddenOwner(row, users)
        : `(${row.ownerUnknown ?? '?'})`
    }),
  )
  return `${where}  ${obstacles.join(', ')}  ${[...owners].join(', ')}`.trimEnd()
}

/** The port, where it is a single one. Port 0 is the library's to refuse. */
function onlyPort(ports: readonly PortFilter[]): number | null {
  const ends = ports.flatMap((port) => (typeof port === 'number' ? port : [port.from, port.to]))
  const [only = 0, ...others] = new Set(ends)
  return others.length === 0 && only > 0 ? only : null
}

export const check: Subcommand = subcommand({
  name: 'check',
  about: `Shows whether a server could bind ports and, if not, why not and which processes use them.`,
  usage: ['PORT... [OPTIONS]     (PORT is 3000, :3000 or 3000-3010)'],
  operands: {
    noun: 'a port',
    least: 1,
    example: '3000',
    commas: true,
    parse: (text) => parsePortFilter('the port', text),
  },
  options: {
    ...BIND_TARGET_OPTIONS,
    'reuse-addr': {
      kind: 'flag',
      help: 'UDP: as a server that sets reuseAddr (multicast DNS)',
    },
    'reuse-port': {
      kind: 'flag',
      help: 'as a server that sets reusePort, to share the port',
    },
    json: { kind: 'flag', help: 'one JSON array' },
  },
  notes: `A bind is tried with the options that Node sets, and undone immediately; nothing listens, and no
connection is made.`,
  exitCodes: { 0: 'all are free', 1: 'some are not', 3: 'the check failed' },

  request({ options, operands }): CheckRequest {
    return {
      ports: operands,
      options: {
        ...bindTargetOf(options),
        reuseAddr: options['reuse-addr'],
        reusePort: options['reuse-port'],
      },
      json: options.json,
    }
  },

  async run({ ports, options, json }) {
    const only = json ? null : onlyPort(ports)
    if (only !== null) {
      // One check alone: a second one might find something else.
      const { text, check: found } = await explainPort(only, options)
      print(`${escapeControls(text, '\n')}\n`)
      return found?.free === true ? EXIT.yes : EXIT.no
    }
    const checks = await checkPorts(ports, options)
    if (json) print(formatJson(checks))
    else {
      const users = await usersOf(checks.flatMap(({ holders }) => holders))
      print(checks.map((each) => `${escapeControls(line(each, users))}\n`).join(''))
    }
    return checks.every(({ free }) => free) ? EXIT.yes : EXIT.no
  },
})
