/** socktable kill PORT...: ends the processes that listen on ports. */

import { constants } from 'node:os'
import type { ProtectedGroup } from '../../index.ts'
import { byPid } from '../ending/by-pid.ts'
import { byPort } from '../ending/by-port.ts'
import { perform } from '../ending/confirm.ts'
import type { KillRequest } from '../ending/request.ts'
import { given } from '../option.ts'
import { PROTOCOL_OPTIONS, protocolsOf } from '../port-options.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { UsageError } from '../usage-error.ts'
import { parsePid, parsePort, parseSeconds, parseWord } from '../values.ts'

const PROTECTED = ['ancestors', 'system', 'proxies'] as const satisfies readonly ProtectedGroup[]

function parseSignal(name: string, text: string): NodeJS.Signals {
  const upper = text.toUpperCase()
  const signal = upper.startsWith('SIG') ? upper : `SIG${upper}`
  if (Object.hasOwn(constants.signals, signal)) return signal as NodeJS.Signals
  throw new UsageError(`${name} needs the name of a signal such as TERM, not '${text}'`)
}

export const kill: Subcommand = subcommand({
  name: 'kill',
  about: `Frees ports: ends the processes that listen on exactly them. Clients that happen to use such a
port are left alone.

It asks before it ends anything; where there is no terminal, it needs --yes. Each process is asked to end,
and forced to if it is still running after a while.`,
  usage: ['PORT... [OPTIONS]      (PORT is 3000 or :3000)', '--pid PID,... [OPTIONS]'],
  operands: { noun: 'a port', parse: (text) => parsePort('the port', text, 1) },
  options: {
    yes: { kind: 'flag', short: 'y', help: "don't ask" },
    'dry-run': { kind: 'flag', help: 'only show what would be ended' },
    tree: { kind: 'flag', help: 'end the processes that they started too' },
    signal: {
      kind: 'single',
      placeholder: 'NAME',
      needs: 'the name of a signal such as TERM',
      parse: parseSignal,
      help:
        'the first signal: TERM (default), INT, HUP, KILL, ... On Windows KILL ends a process ' +
        'immediately; all others ask its windows to close',
    },
    timeout: {
      kind: 'single',
      placeholder: 'SECONDS',
      needs: 'a number of seconds such as 5 or 0.5',
      otherwise: '5',
      parse: parseSeconds,
      help: 'how long to wait before forcing; 0 forces immediately',
    },
    'no-force': { kind: 'flag', help: 'never force' },
    pid: {
      kind: 'list',
      placeholder: 'PID,...',
      needs: 'a PID, a number from 1 on',
      parse: parsePid,
      help: 'end these processes, whatever they listen on',
    },
    allow: {
      kind: 'list',
      placeholder: 'WHAT,...',
      needs: 'ancestors, system or proxies',
      parse: (name, text): ProtectedGroup => parseWord(name, text, PROTECTED),
      help:
        'what is refused otherwise: ancestors (of this command), system (PID 1, services of Windows), ' +
        'proxies (what listens for containers and virtual machines)',
    },
    ...PROTOCOL_OPTIONS,
    udp: {
      ...PROTOCOL_OPTIONS.udp,
      help: "UDP; with --tcp too, a UDP socket on an ephemeral port is a client's and left alone",
    },
    json: {
      kind: 'flag',
      help: 'one JSON object: closed, ports and processes; with --pid ended and processes',
    },
  },
  examples: [
    'socktable kill 3000',
    'socktable kill 3000 3001 --yes --timeout 1',
    'socktable kill 3000 --dry-run --tree',
  ],
  exitCodes: {
    0: 'the ports are free now, or the processes have ended',
    1: 'nothing listened on any of them, or none of the processes existed',
    2: 'wrong usage, or not confirmed',
    3: 'a port is still or again in use, or something failed',
  },

  request({ options, operands }): KillRequest {
    const { signal, timeout, allow, tree, yes, json, pid: pids = [] } = options
    if (operands.length + pids.length === 0) throw new UsageError('kill needs a port, or --pid')
    if (operands.length > 0 && pids.length > 0) {
      throw new UsageError('kill takes ports or --pid, not both')
    }
    return {
      ports: operands,
      pids,
      options: {
        tree,
        force: !options['no-force'],
        timeout,
        ...given({ killSignal: signal, allow }),
        protocol: protocolsOf(options),
      },
      yes,
      dryRun: options['dry-run'],
      json,
    }
  },

  run: (request) =>
    request.pids.length > 0 ? perform(byPid(request), request) : perform(byPort(request), request),
})
