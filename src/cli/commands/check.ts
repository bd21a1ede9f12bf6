/** socktable check PORT...: could a server bind these ports? */

import { type PortCheck, checkPorts, explainPort } from '../../index.ts'
import { type UserNames, hiddenOwner, usersOf } from '../../users.ts'
import { parseOptions } from '../options.ts'
import { print } from '../output.ts'
import { EXPECTED_PLACE, PLACE, parsePlace } from '../place.ts'
import { formatJson } from '../print/json.ts'
import { harmless } from '../print/text.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { parsePorts } from '../values.ts'

const HELP = `Says whether a server could bind ports, and if not, why not and who has them.

Usage: socktable check PORT... [OPTIONS]     (PORT is 3000, :3000 or 3000-3010)

      --host ADDRESS    where the server would listen; default: everywhere
  -t, --tcp  -u, --udp  the protocol; default: TCP
      --reuse-addr      of UDP: as a server that sets reuseAddr (multicast DNS)
      --reuse-port      as a server that sets reusePort, to share the port
      --json            one JSON array
  -h, --help            this text

A bind is tried with the options that Node sets and taken back at once; nothing
listens, and nobody is connected to.

Exit codes:
  0  all are free
  1  some are not
  2  wrong usage
  3  it could not be found out`

const OPTIONS = {
  ...PLACE,
  'reuse-addr': { type: 'boolean' },
  'reuse-port': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

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

export const check: Subcommand = {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseOptions(argv, OPTIONS, EXPECTED_PLACE)
    if (positionals.length === 0) throw new UsageError('check needs a port: socktable check 3000')
    const ports = parsePorts(
      'the port',
      positionals.map((text) => text.replace(/^:/, '')),
    )
    const place = {
      ...parsePlace(values),
      reuseAddr: values['reuse-addr'] ?? false,
      reusePort: values['reuse-port'] ?? false,
    }
    const [only = 0, ...others] = new Set(
      ports.flatMap((port) => (typeof port === 'number' ? port : [port.from, port.to])),
    )
    // One look at one port: a second one might see something else. Port 0 is refused below.
    if (others.length === 0 && only > 0 && !values.json) {
      const { text, check: found } = await explainPort(only, place)
      print(`${harmless(text, '\n')}\n`)
      return found?.free === true ? 0 : 1
    }
    const checks = await checkPorts(ports, place)
    if (values.json) print(formatJson(checks))
    else {
      const users = await usersOf(checks.flatMap(({ holders }) => holders))
      print(checks.map((each) => `${harmless(line(each, users))}\n`).join(''))
    }
    return checks.every(({ free }) => free) ? 0 : 1
  },
}
