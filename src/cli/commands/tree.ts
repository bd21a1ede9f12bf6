/** socktable tree PORT|PID: the processes above and below one. */

import type { ProcessTree, Protocol } from '../../index.ts'
import { inspectPort, processTree } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { explainMissing, print, printError } from '../output.ts'
import { PROTOCOL_OPTIONS, protocolsOf } from '../port-options.ts'
import { formatJson } from '../print/json.ts'
import { formatTree } from '../print/tree.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { UsageError } from '../usage-error.ts'
import { HIGHEST_PID, HIGHEST_PORT } from '../values.ts'

interface Target {
  readonly number: number
  readonly mayBePort: boolean
  readonly mayBePid: boolean
}

interface TreeRequest extends Target {
  readonly protocol: Protocol | readonly Protocol[]
  readonly json: boolean
}

/** What a number may stand for: ":3000" is a port, with --pid it is a PID, else either. */
function targetOf(text: string, onlyPid: boolean): Target {
  const onlyPort = text.startsWith(':')
  if (onlyPid && onlyPort) throw new UsageError(`'${text}' is a port, and --pid wants a PID`)
  const digits = onlyPort ? text.slice(1) : text
  const number = /^\d{1,10}$/.test(digits) ? Number(digits) : 0
  const mayBePort = !onlyPid && number <= HIGHEST_PORT
  if (number < 1 || number > HIGHEST_PID || (onlyPort && !mayBePort)) {
    const either = onlyPort
      ? `a port from 1 to ${HIGHEST_PORT}`
      : 'a port or a PID, a number from 1 on'
    const needed = onlyPid ? `a PID from 1 to ${HIGHEST_PID}` : either
    throw new UsageError(`tree needs ${needed}, not '${text}'`)
  }
  return { number, mayBePort, mayBePid: !onlyPort }
}

async function treesOf(pids: readonly number[]): Promise<ProcessTree[]> {
  const trees = await Promise.all(pids.map((pid) => processTree(pid)))
  const found = trees.filter((tree) => tree !== null)
  // A process that descends from another one of them is in the other one's tree.
  const below = ({ ancestors }: ProcessTree) =>
    ancestors.some((ancestor) => found.some(({ process }) => process.pid === ancestor.pid))
  return found.filter((tree) => !below(tree))
}

/** Why there is no tree. */
function whyNone({ number, mayBePort, mayBePid }: Target, isPort: boolean): string {
  if (isPort) return `port ${number} is listened on, but the process is not known`
  if (!mayBePid) return `nothing listens on port ${number}`
  if (!mayBePort) return `no process has the PID ${number}`
  return `nothing listens on port ${number}, and no process has that PID`
}

export const tree: Subcommand = subcommand({
  name: 'tree',
  about: `Shows the ancestors and descendants of a process: what started it, and what it started.

A number is a port where a process listens on it, else a PID. ":3000" is a port and nothing else.`,
  usage: ['PORT [OPTIONS]     the processes that listen on the port', 'PID [OPTIONS]'],
  operands: { noun: 'a port or a PID', least: 1, most: 1, example: '3000', parse: String },
  options: {
    pid: { kind: 'flag', help: 'the number is a PID and nothing else' },
    ...PROTOCOL_OPTIONS,
    json: { kind: 'flag', help: 'one JSON object: port and trees' },
  },
  examples: [
    'socktable tree 3000        which supervisor restarts my server?',
    'socktable tree 4242 --pid',
  ],
  exitCodes: { 0: 'something was found', 1: 'nothing was found' },

  request({ options, operands }): TreeRequest {
    const [text = ''] = operands
    const { pid, json } = options
    return { ...targetOf(text, pid), protocol: protocolsOf(options), json }
  },

  async run({ number, mayBePort, mayBePid, protocol, json }) {
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
    if (trees.length > 0) return EXIT.yes
    printError(whyNone({ number, mayBePort, mayBePid }, port !== null))
    return EXIT.no
  },
})
