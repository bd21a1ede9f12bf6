/** socktable wait PORT: until a server listens on it, or none does. */

import type { WaitOptions } from '../../index.ts'
import { waitForPort } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { given } from '../option.ts'
import { print } from '../output.ts'
import { BIND_TARGET_OPTIONS, bindTargetOf } from '../port-options.ts'
import { formatJson } from '../print/json.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { UsageError } from '../usage-error.ts'
import { parsePid, parsePort, parseSeconds } from '../values.ts'

interface WaitRequest {
  readonly port: number
  readonly options: WaitOptions
  readonly json: boolean
}

export const wait: Subcommand = subcommand({
  name: 'wait',
  about: 'Waits until a server listens on a port, or until none does any more.',
  usage: ['PORT [OPTIONS]     (PORT is 3000 or :3000)'],
  operands: {
    noun: 'a port',
    least: 1,
    most: 1,
    example: '3000',
    parse: (text) => parsePort('the port', text),
  },
  options: {
    free: { kind: 'flag', help: 'until no server listens on it' },
    pid: {
      kind: 'single',
      placeholder: 'N',
      needs: 'a PID, a number from 1 on',
      parse: parsePid,
      help:
        'until this process listens on it; fails immediately where that process does not exist, is ' +
        'hidden, or is in another network namespace',
    },
    timeout: {
      kind: 'single',
      placeholder: 'SECONDS',
      needs: 'a number of seconds',
      otherwise: '30',
      parse: parseSeconds,
      help: 'how long to wait at most',
    },
    ...BIND_TARGET_OPTIONS,
    host: {
      ...BIND_TARGET_OPTIONS.host,
      help: 'only a server there counts; default: any address',
    },
    json: { kind: 'flag', help: 'the sockets that listen, as JSON' },
  },
  notes: "It reads the system's table of listeners and makes no connection.",
  exitCodes: {
    0: 'the condition was met',
    1: 'it was not met in time',
    3: 'the process or the socket table could not be read',
  },
  isNo: (error) => 'code' in error && error.code === 'ETIMEDOUT',

  request({ options, operands }): WaitRequest {
    const [port = 0] = operands
    const { free, pid, timeout, json } = options
    if (free && pid !== undefined) throw new UsageError('--free and --pid exclude each other')
    const until = free ? 'closed' : 'listening'
    return { port, options: { ...bindTargetOf(options), until, timeout, ...given({ pid }) }, json }
  },

  async run({ port, options, json }) {
    const rows = await waitForPort(port, options)
    if (json) print(formatJson({ port, rows }))
    return EXIT.yes
  },
})
