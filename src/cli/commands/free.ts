/** socktable free [RANGE]: ports that are free. */

import { type FreePortsOptions, findFreePorts, reservePort } from '../../index.ts'
import { parseOptions } from '../options.ts'
import { complain, print } from '../output.ts'
import { EXPECTED_PLACE, PLACE, parsePlace } from '../place.ts'
import { formatJson } from '../print/json.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { parseCount, parsePorts } from '../values.ts'

const HELP = `Prints the number of a port that a server could bind now.

Usage: socktable free [PORT|RANGE...] [OPTIONS]

The first that is free is taken, in the order given: "socktable free 3000
8000-8999" prefers 3000. Without any it is one of the system's choice. Ports
that are reserved are passed over.

  -c, --count N         N different ports, one on each line
      --consecutive     ports that follow one another, as 8000, 8001 and 8002
      --reserve         keep each for a minute (macOS: half a minute) for a
                        server that binds its number with SO_REUSEADDR, as Node
                        does; outlives this command, and can't be given back
      --exclude N|A-B   not these
      --host ADDRESS    where the server would listen; default: everywhere
  -t, --tcp  -u, --udp  the protocol; default: TCP
      --well-known      also ports below 1024
      --json            one JSON object: port, or ports with --count; held,
                        heldUntil
  -h, --help            this text

Exit codes:
  0  it printed as many as were asked for
  1  there are not so many
  2  wrong usage
  3  it could not be found out`

const OPTIONS = {
  ...PLACE,
  count: { type: 'string', short: 'c' },
  consecutive: { type: 'boolean' },
  reserve: { type: 'boolean' },
  exclude: { type: 'string', multiple: true },
  'well-known': { type: 'boolean' },
  json: { type: 'boolean' },
} as const
const EXPECTED = {
  ...EXPECTED_PLACE,
  count: 'a number of ports',
  exclude: 'a port N or a range A-B',
}

interface Found {
  readonly ports: readonly number[]
  /** Whether all are held, and until when all are. */
  readonly held: boolean
  readonly heldUntil: number | null
}

async function reserve(count: number, options: FreePortsOptions): Promise<Found> {
  const reserved = []
  while (reserved.length < count) reserved.push(await reservePort({ ...options, outlive: true }))
  const ends = reserved.map(({ heldUntil }) => heldUntil ?? 0)
  return {
    ports: reserved.map(({ port }) => port),
    held: reserved.every(({ held }) => held),
    heldUntil: Math.min(...ends) || null,
  }
}

export const free: Subcommand = {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseOptions(argv, OPTIONS, EXPECTED)
    const { count: several, consecutive } = values
    const count = several === undefined ? 1 : parseCount('--count', several)
    if (values.reserve && consecutive) {
      throw new UsageError('--reserve and --consecutive exclude each other')
    }
    if (consecutive && several === undefined) throw new UsageError('--consecutive needs --count N')
    const options = {
      ...parsePlace(values),
      ...(positionals.length > 0 && { ports: parsePorts('the port', positionals) }),
      ...(values.exclude !== undefined && { exclude: parsePorts('--exclude', values.exclude) }),
      ...(values['well-known'] && { wellKnown: true }),
    }
    try {
      const { ports, held, heldUntil } = values.reserve
        ? await reserve(count, options)
        : {
            ports: await findFreePorts(count, { ...options, ...(consecutive && { consecutive }) }),
            held: false,
            heldUntil: null,
          }
      const what = several === undefined ? { port: ports[0] } : { ports }
      print(values.json ? formatJson({ ...what, held, heldUntil }) : `${ports.join('\n')}\n`)
      if (values.reserve && !held) complain('this system does not keep it: take it soon')
      return 0
    } catch (error) {
      const none = error instanceof Error && 'tried' in error
      if (!none) throw error
      complain(error.message)
      return 1
    }
  },
}
