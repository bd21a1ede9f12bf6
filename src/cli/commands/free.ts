/** socktable free [RANGE]: ports that are free. */

import type { FreePortsOptions, PortFilter } from '../../index.ts'
import { findFreePorts, reservePort } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { given } from '../option.ts'
import { print, printError } from '../output.ts'
import { BIND_TARGET_OPTIONS, bindTargetOf } from '../port-options.ts'
import { formatJson } from '../print/json.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { UsageError } from '../usage-error.ts'
import { parseCount, parsePortFilter } from '../values.ts'

interface FreeRequest {
  /** Undefined where a single port was asked for, without --count. */
  readonly count: number | undefined
  readonly reserve: boolean
  readonly options: FreePortsOptions
  readonly json: boolean
}

interface Found {
  readonly ports: readonly number[]
  /** Whether all are held, and until when all are. */
  readonly held: boolean
  readonly heldUntil: number | null
}

async function reservePorts(count: number, options: FreePortsOptions): Promise<Found> {
  const reserved = []
  while (reserved.length < count) reserved.push(await reservePort({ ...options, outlive: true }))
  const ends = reserved.map(({ heldUntil }) => heldUntil ?? 0)
  return {
    ports: reserved.map(({ port }) => port),
    held: reserved.every(({ held }) => held),
    heldUntil: Math.min(...ends) || null,
  }
}

async function findPorts(count: number, options: FreePortsOptions): Promise<Found> {
  return { ports: await findFreePorts(count, options), held: false, heldUntil: null }
}

export const free: Subcommand = subcommand({
  name: 'free',
  about: `Prints the number of a port that a server could bind now.

The first that is free is taken, in the order given: "socktable free 3000 8000-8999" prefers 3000. Without
any, the system chooses. Reserved ports are skipped.`,
  usage: ['[PORT|RANGE...] [OPTIONS]'],
  operands: {
    noun: 'a port',
    commas: true,
    parse: (text): PortFilter => parsePortFilter('the port', text),
  },
  options: {
    count: {
      kind: 'single',
      short: 'c',
      placeholder: 'N',
      needs: 'a number of ports',
      parse: parseCount,
      help: 'N different ports, one on each line',
    },
    consecutive: { kind: 'flag', help: 'consecutive ports, such as 8000, 8001 and 8002' },
    reserve: {
      kind: 'flag',
      help:
        'keep each for a minute (macOS: half a minute) for a server that binds its number with ' +
        'SO_REUSEADDR, as Node does; the reservation outlives this command and cannot be withdrawn',
    },
    exclude: {
      kind: 'list',
      placeholder: 'N|A-B,...',
      needs: 'a port N or a range A-B',
      parse: parsePortFilter,
      help: 'not these ports',
    },
    ...BIND_TARGET_OPTIONS,
    'well-known': { kind: 'flag', help: 'also ports below 1024' },
    json: {
      kind: 'flag',
      help: 'one JSON object: port, or ports with --count; held, heldUntil',
    },
  },
  exitCodes: {
    0: 'as many ports as asked for were printed',
    1: 'fewer are free',
    3: 'the search failed',
  },
  isNo: (error) => 'tried' in error,

  request({ options, operands }): FreeRequest {
    const { count, consecutive, reserve, exclude, json } = options
    if (reserve && consecutive)
      throw new UsageError('--reserve and --consecutive exclude each other')
    if (consecutive && count === undefined) throw new UsageError('--consecutive needs --count N')
    return {
      count,
      reserve,
      options: {
        ...bindTargetOf(options),
        ...(operands.length > 0 && { ports: operands }),
        ...given({ exclude }),
        ...(options['well-known'] && { wellKnown: true }),
        ...(consecutive && { consecutive }),
      },
      json,
    }
  },

  async run({ count, reserve, options, json }) {
    const find = reserve ? reservePorts : findPorts
    const { ports, held, heldUntil } = await find(count ?? 1, options)
    const found = count === undefined ? { port: ports[0] } : { ports }
    print(json ? formatJson({ ...found, held, heldUntil }) : `${ports.join('\n')}\n`)
    if (reserve && !held) printError('this system cannot reserve a port: bind it soon')
    return EXIT.yes
  },
})
