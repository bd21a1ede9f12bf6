/** socktable tree PORT|PID: the processes above and below one. */

import type { ProcessTree, Protocol } from '../../index.ts'
import { inspectPort, processTree } from '../../index.ts'
import { parseOptions } from '../options.ts'
import { complain, explainMissing, print } from '../output.ts'
import { formatJson } from '../print/json.ts'
import { formatTree } from '../print/tree.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { protocolsOf } from '../values.ts'

const HELP = `Shows the processes above and below one: who started it, and what it started.

Usage: socktable tree PORT [OPTIONS]     of those who listen on the port
       socktable tree PID [OPTIONS]

A number is a port where somebody listens on it, else a PID. ":3000" is a port
and nothing else.

      --pid             the number is a PID and nothing else
  -t, --tcp  -u, --udp  the protocol of the port; default: TCP
      --json            one JSON object: port and trees
  -h, --help            this text

Examples:
  socktable tree 3000        which supervisor starts my server again?
  socktable tree 4242 --pid

Exit codes:
  0  something was found
  1  nothing was found
  2  wrong usage
  3  it could not be read, or the output not written`

const OPTIONS = {
  pid: { type: 'boolean' },
  tcp: { type: 'boolean', short: 't' },
  udp: { type: 'boolean', short: 'u' },
  json: { type: 'boolean' },
} as const

const HIGHEST_PID = 2 ** 31 - 1

interface Asked {
  readonly number: number
  readonly protocol: Protocol | readonly Protocol[]
  readonly mayBePort: boolean
  readonly mayBePid: boolean
}

function parseAsked(argv: readonly string[]): Asked & { json: boolean } {
  const { values, positionals } = parseOptions(argv, OPTIONS, {})
  const [text, ...more] = positionals
  if (text === undefined) throw new UsageError('tree needs a port or a PID')
  if (more.length > 0) throw new UsageError(`tree takes one port or PID, not also '${more[0]}'`)
  const onlyPid = values.pid ?? false
  const onlyPort = text.startsWith(':')
  if (onlyPid && onlyPort) throw new UsageError(`'${text}' is a port, and --pid wants a PID`)
  const digits = onlyPort ? text.slice(1) : text
  const number = /^\d{1,10}$/.test(digits) ? Number(digits) : 0
  const mayBePort = !onlyPid && number <= 65_535
  if (number < 1 || number > HIGHEST_PID || (onlyPort && !mayBePort)) {
    const what = onlyPid
      ? `a PID from 1 to ${HIGHEST_PID}`
      : onlyPort
        ? 'a port from 1 to 65535'
        : 'a port or a PID, a number from 1 on'
    throw new UsageError(`tree needs ${what}, not '${text}'`)
  }
  const protocol = protocolsOf(values)
  return { number, protocol, mayBePort, mayBePid: !onlyPort, json: values.json ?? false }
}

async function treesOf(pids: readonly number[]): Promise<ProcessTree[]> {
  const trees = await Promise.all(pids.map((pid) => processTree(pid)))
  const found = trees.filter((tree) => tree !== null)
  // What descends from another one of them stands in that one's tree.
  const below = ({ ancestors }: ProcessTree) =>
    ancestors.some((ancestor) => found.some(({ process }) => process.pid === ancestor.pid))
  return found.filter((tree) => !below(tree))
}

async function run(argv: readonly string[]): Promise<number> {
  const { number, protocol, mayBePort, mayBePid, json } = parseAsked(argv)
  let trees: ProcessTree[] = []
  let port: number | null = null
  if (mayBePort) {
    const { owners, unknown, table } = await inspectPort(number, {
      protocol,
      listening: true,
      owners: 'all',
    })
    if (owners.length + unknown.length > 0) port = number
    trees = await treesOf(owners.map(({ pid }) => pid))
    if (port !== null) explainMissing(table)
  }
  if (mayBePid && port === null) trees = await treesOf([number])
  if (json) print(formatJson({ port, trees }))
  else print(trees.map(formatTree).join('\n'))
  if (trees.length > 0) return 0
  if (port !== null) complain(`port ${number} is listened on, but by whom is not known`)
  else if (!mayBePid) complain(`nobody listens on port ${number}`)
  else if (mayBePort) complain(`nobody listens on port ${number}, and no process has that PID`)
  else complain(`no process has the PID ${number}`)
  return 1
}

export const tree: Subcommand = { help: HELP, run }
