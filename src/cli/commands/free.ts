/** socktable free [RANGE]: a port that nobody has. */

import { findFreePort, reservePort } from '../../index.ts'
import { parseOptions } from '../options.ts'
import { complain, print } from '../output.ts'
import { EXPECTED_PLACE, PLACE, parsePlace } from '../place.ts'
import { formatJson } from '../print/json.ts'
import type { Subcommand } from '../subcommands.ts'
import { parsePorts } from '../values.ts'

const HELP = `Prints the number of a port that nobody has.

Usage: socktable free [PORT|RANGE...] [OPTIONS]

The first that is free is taken, in the order given: "socktable free 3000
8000-8999" prefers 3000. Without any it is one of the system's choice.

      --reserve         keep it for a minute for a server that binds its number
                        with SO_REUSEADDR, as Node does (Linux)
      --exclude N|A-B   not these
      --host ADDRESS    where the server would listen; default: everywhere
  -t, --tcp  -u, --udp  the protocol; default: TCP
      --well-known      also ports below 1024
      --json            one JSON object
  -h, --help            this text

Exit codes:
  0  it printed one
  1  none is free
  2  wrong usage
  3  it could not be found out`

const OPTIONS = {
  ...PLACE,
  reserve: { type: 'boolean' },
  exclude: { type: 'string', multiple: true },
  'well-known': { type: 'boolean' },
  json: { type: 'boolean' },
} as const
const EXPECTED = { ...EXPECTED_PLACE, exclude: 'a port N or a range A-B' }

export const free: Subcommand = {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseOptions(argv, OPTIONS, EXPECTED)
    const options = {
      ...parsePlace(values),
      ...(positionals.length > 0 && { ports: parsePorts('the port', positionals) }),
      ...(values.exclude !== undefined && { exclude: parsePorts('--exclude', values.exclude) }),
      ...(values['well-known'] && { wellKnown: true }),
    }
    try {
      const found = values.reserve
        ? await reservePort(options)
        : { port: await findFreePort(options), held: false, heldUntil: null }
      print(values.json ? formatJson(found) : `${found.port}\n`)
      if (values.reserve && !found.held) complain('this system does not keep it: take it soon')
      return 0
    } catch (error) {
      const none = error instanceof Error && 'tried' in error
      if (!none) throw error
      complain(error.message)
      return 1
    }
  },
}
