/** Ends the processes that listen on ports. */

import type { KillPortResult, PortHolder, PortResult } from '../../index.ts'
import { killPort } from '../../index.ts'
import { type UserNames, usersOf } from '../../users.ts'
import { EXIT } from '../exit-codes.ts'
import { print } from '../output.ts'
import { formatJson } from '../print/json.ts'
import { nameOf, outcomeOf } from '../print/process.ts'
import { escapeControls, whyUnknown } from '../print/text.ts'
import type { Ending } from './confirm.ts'
import type { KillRequest } from './request.ts'

/** What restarts the server, and what helps against that. */
function whatRestarts(holders: readonly PortHolder[]): string {
  const advice = holders.flatMap(({ isNew, container, unit, parentPid, parentName }) => {
    if (!isNew) return []
    if (container !== null) {
      return `it runs in the ${container.runtime} container ${container.id.slice(0, 12)}: stop that`
    }
    const isService = unit?.endsWith('.service') === true && parentPid === 1
    if (isService) return `systemd starts it as ${escapeControls(unit)}: stop that`
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
      return `nothing listens on port ${port}\n`
    case 'closed':
      return `port ${port} is free now\n`
    case 'unchanged':
      return hidden.length === 0 ? '' : `port ${port}${by}\n`
    case 'still-held':
      return `port ${port} is still in use${by}\n`
    case 'taken-again':
      return `port ${port} was freed and is in use again${by}${whatRestarts(holders)}\n`
  }
}

async function textOf({ processes, ports }: KillPortResult): Promise<string> {
  const users = await usersOf(ports.flatMap(({ unknown }) => unknown))
  const lines = processes.map((each) => `${outcomeOf(each)}\n`)
  return [...lines, ...ports.map((each) => portLine(each, users))].join('')
}

function exitCode({ ports, processes, closed }: KillPortResult, dryRun: boolean): number {
  if (ports.every(({ outcome }) => outcome === 'nothing-there')) return EXIT.no
  const possible = processes.some(({ outcome }) => outcome === 'would-be-terminated')
  return (dryRun ? possible : closed) ? EXIT.yes : EXIT.failed
}

export function byPort({ ports, options, dryRun, json }: KillRequest): Ending<KillPortResult> {
  return {
    plan: () => killPort(ports, { ...options, dryRun: true }),
    carryOut: (only) => killPort(ports, { ...options, ...(only && { only }) }),
    processesOf: ({ processes }) => processes,
    show: async (result) => {
      print(json ? formatJson(result) : await textOf(result))
      return exitCode(result, dryRun)
    },
  }
}
