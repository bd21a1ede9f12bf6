/** socktable kill PORT...: ends those who listen on it. */

import { constants } from 'node:os'
import { createInterface } from 'node:readline/promises'
import type {
  EndedProcess,
  PortResult,
  KillPortOptions,
  KillPortResult,
  PortHolder,
  ProcessReference,
  TerminateOptions,
  TerminateResult,
} from '../../index.ts'
import { killPort, terminate } from '../../index.ts'
import { type UserNames, usersOf } from '../../users.ts'
import { parseOptions } from '../options.ts'
import { complain, plural, print } from '../output.ts'
import { formatJson } from '../print/json.ts'
import { nameOf, outcomeOf } from '../print/process.ts'
import { harmless, whyUnknown } from '../print/text.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { parsePids, parsePort, parseSeconds, protocolsOf } from '../values.ts'

const HELP = `Frees ports: ends the processes that listen on exactly them. Processes that are
mere clients, and happen to use such a number, are left alone.

Usage: socktable kill PORT... [OPTIONS]      (PORT is 3000 or :3000)
       socktable kill --pid PID,... [OPTIONS]

Asks before it ends anything; where there is no terminal to ask on, it takes
--yes. Each process is asked to end, and forced to if it is still there after
a while.

  -y, --yes             don't ask
      --dry-run         only show what would be ended
      --tree            end what they started too
      --signal NAME     the first signal: TERM (default), INT, HUP, KILL, ...
                        Windows: KILL, else windows are asked to close
      --timeout SECONDS how long to wait before forcing; 0 forces at once
                        (default: 5)
      --no-force        never force
      --pid PID,...     end these processes, whatever they listen on
      --allow WHAT,...  what is refused otherwise: ancestors (of this command),
                        system (PID 1, services of Windows), proxies (what
                        listens for containers and virtual machines)
  -t, --tcp  -u, --udp  the protocol; default: TCP. With both, a UDP socket on
                        an ephemeral port is a client's, and left alone
      --json            one JSON object: closed, ports and processes; with --pid
                        ended and processes
  -h, --help            this text

Examples:
  socktable kill 3000
  socktable kill 3000 3001 --yes --timeout 1
  socktable kill 3000 --dry-run --tree

Exit codes:
  0  the ports are free now, or the processes have ended
  1  nobody listened on any of them, or none of the processes existed
  2  wrong usage, or not confirmed
  3  a port is still or again in use, or something failed`

const OPTIONS = {
  yes: { type: 'boolean', short: 'y' },
  'dry-run': { type: 'boolean' },
  tree: { type: 'boolean' },
  signal: { type: 'string' },
  timeout: { type: 'string' },
  'no-force': { type: 'boolean' },
  allow: { type: 'string', multiple: true },
  tcp: { type: 'boolean', short: 't' },
  udp: { type: 'boolean', short: 'u' },
  pid: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const

const EXPECTED = {
  signal: 'the name of a signal such as TERM',
  timeout: 'a number of seconds such as 5 or 0.5',
  allow: 'ancestors, system or proxies',
  pid: 'a PID, a number from 1 on',
}

const NOTHING_THERE = 1
const NOT_CONFIRMED = 2
const NOT_FREE = 3

interface Asked {
  readonly ports: readonly number[]
  readonly pids: readonly number[]
  readonly options: KillPortOptions
  readonly yes: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

const ALLOWED = ['ancestors', 'system', 'proxies'] as const

function parseAllowed(text: string): (typeof ALLOWED)[number] {
  const word = ALLOWED.find((known) => known === text)
  if (word !== undefined) return word
  throw new UsageError(`--allow takes ${ALLOWED.join(', ')}, not '${text}'`)
}

function parseSignal(text: string): NodeJS.Signals {
  const upper = text.toUpperCase()
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`
  if (Object.hasOwn(constants.signals, name)) return name as NodeJS.Signals
  throw new UsageError(`--signal needs ${EXPECTED.signal}, not '${text}'`)
}

function parseKillablePort(text: string): number {
  const port = parsePort('PORT', text.replace(/^:/, ''))
  if (port > 0) return port
  throw new UsageError(`PORT must be a number from 1 to 65535, not '${text}'`)
}

function parseAsked(argv: readonly string[]): Asked {
  const { values, positionals } = parseOptions(argv, OPTIONS, EXPECTED)
  const pids = values.pid === undefined ? [] : parsePids(values.pid)
  if (positionals.length + pids.length === 0) throw new UsageError('kill needs a port, or --pid')
  if (positionals.length > 0 && pids.length > 0) {
    throw new UsageError('kill takes ports or --pid, not both')
  }
  const { signal } = values
  return {
    ports: positionals.map(parseKillablePort),
    pids,
    options: {
      tree: values.tree ?? false,
      force: !values['no-force'],
      ...(signal === undefined ? {} : { killSignal: parseSignal(signal) }),
      ...(values.timeout === undefined
        ? {}
        : { timeout: parseSeconds('--timeout', values.timeout) }),
      ...(values.allow === undefined
        ? {}
        : { allow: values.allow.flatMap((text) => text.split(',')).map(parseAllowed) }),
      protocol: protocolsOf(values),
    },
    yes: values.yes ?? false,
    dryRun: values['dry-run'] ?? false,
    json: values.json ?? false,
  }
}

/** Who starts it again, and what helps against that. */
function whoRestarts(holders: readonly PortHolder[]): string {
  const advice = holders.flatMap(({ isNew, container, unit, parentPid, parentName }) => {
    if (!isNew) return []
    if (container !== null) {
      return `it runs in the ${container.runtime} container ${container.id.slice(0, 12)}: stop that`
    }
    const isService = unit?.endsWith('.service') === true && parentPid === 1
    if (isService) return `systemd starts it as ${harmless(unit)}: stop that`
    if (parentPid === null || parentPid === 1) return []
    const parent = nameOf({ pid: parentPid, name: parentName })
    return (
      `${parent} started it, and most likely does so again: ` +
      `end that instead (socktable kill --pid ${parentPid})`
    )
  })
  return [...new Set(advice)].map((text) => `; ${text}`).join('')
}

function portLine({ port, outcome, holders, unknown }: PortResult, users: UserNames): string {
  const hidden = [...new Set(unknown.map((row) => whyUnknown(row, users)))]
  const others = [...holders.map(nameOf), ...hidden].join(', ')
  const by = others === '' ? '' : `: ${others}`
  switch (outcome) {
    case 'nothing-there':
      return `nobody listens on port ${port}\n`
    case 'closed':
      return `port ${port} is free now\n`
    case 'unchanged':
      return hidden.length === 0 ? '' : `port ${port}${by}\n`
    case 'still-held':
      return `port ${port} is still in use${by}\n`
    case 'taken-again':
      return `port ${port} was freed and is in use again${by}${whoRestarts(holders)}\n`
  }
}

async function texts({ processes, ports }: KillPortResult): Promise<string> {
  const users = await usersOf(ports.flatMap(({ unknown }) => unknown))
  const lines = processes.map((each) => `${outcomeOf(each)}\n`)
  return [...lines, ...ports.map((each) => portLine(each, users))].join('')
}

const nothingThere = ({ ports }: KillPortResult): boolean =>
  ports.every(({ outcome }) => outcome === 'nothing-there')

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const closed = new Promise<string>((resolve) =>
      terminal.once('close', () => {
        resolve('')
      }),
    )
    const answer = await Promise.race([terminal.question(question), closed])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}

function exitCode(result: KillPortResult, dryRun: boolean): number {
  if (nothingThere(result)) return NOTHING_THERE
  if (!dryRun) return result.closed ? 0 : NOT_FREE
  const possible = result.processes.some(({ outcome }) => outcome === 'would-be-terminated')
  return possible ? 0 : NOT_FREE
}

/** What both ways have in common: a plan that is shown, a question, and what came of it. */
interface Job<Result> {
  plan(): Promise<Result>
  carryOut(only: readonly EndedProcess[] | undefined): Promise<Result>
  readonly processesOf: (result: Result) => readonly EndedProcess[]
  readonly show: (result: Result) => Promise<number>
}

async function perform<Result>(job: Job<Result>, { yes, dryRun }: Asked): Promise<number> {
  if (dryRun) return job.show(await job.plan())
  if (yes) return job.show(await job.carryOut(undefined))

  const processes = job.processesOf(await job.plan())
  const doomed = processes.filter(({ outcome }) => outcome === 'would-be-terminated')
  if (doomed.length > 0) {
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
      complain('kill asks before it ends anything, and there is no terminal to ask on: add --yes')
      return NOT_CONFIRMED
    }
    process.stderr.write(processes.map((each) => `${outcomeOf(each)}\n`).join(''))
    if (!(await confirm(`End ${plural(doomed.length, 'process', 'processes')}? [y/N] `))) {
      complain('nothing was done')
      return NOT_CONFIRMED
    }
  }
  // Who came while somebody read the question was not in it.
  return job.show(await job.carryOut(doomed))
}

function byPort({ ports, options, dryRun, json }: Asked): Job<KillPortResult> {
  return {
    plan: () => killPort(ports, { ...options, dryRun: true }),
    carryOut: (only) => killPort(ports, { ...options, ...(only && { only }) }),
    processesOf: ({ processes }) => processes,
    show: async (result) => {
      print(json ? formatJson(result) : await texts(result))
      return exitCode(result, dryRun)
    },
  }
}

/** The processes themselves: those that were asked about, where there was a question. */
function byPid({ pids, options, dryRun, json }: Asked): Job<TerminateResult> {
  const { protocol: _, ...rest } = options
  const all = async (names: readonly ProcessReference[], more: TerminateOptions) => {
    const results = await Promise.all(names.map((name) => terminate(name, { ...rest, ...more })))
    return {
      ended: results.every(({ ended }) => ended),
      processes: results.flatMap(({ processes }) => processes),
    }
  }
  return {
    plan: () => all(pids, { dryRun: true }),
    carryOut: (only) => all(only === undefined || only.length === 0 ? pids : only, {}),
    processesOf: ({ processes }) => processes,
    show: (result) => {
      const { ended, processes } = result
      print(json ? formatJson(result) : processes.map((each) => `${outcomeOf(each)}\n`).join(''))
      if (processes.every(({ outcome }) => outcome === 'already-gone')) {
        return Promise.resolve(NOTHING_THERE)
      }
      const possible = processes.some(({ outcome }) => outcome === 'would-be-terminated')
      return Promise.resolve((dryRun ? possible : ended) ? 0 : NOT_FREE)
    },
  }
}

async function run(argv: readonly string[]): Promise<number> {
  const asked = parseAsked(argv)
  return asked.pids.length > 0 ? perform(byPid(asked), asked) : perform(byPort(asked), asked)
}

export const kill: Subcommand = { help: HELP, run }
