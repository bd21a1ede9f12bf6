/** socktable wait PORT: until somebody listens on it, or nobody does. */

import { waitForPort } from '../../index.ts'
import { parseOptions } from '../options.ts'
import { complain, print } from '../output.ts'
import { formatJson } from '../print/json.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { parsePids, parsePort, parseSeconds } from '../values.ts'

const HELP = `Waits until somebody listens on a port, or nobody does any more.

Usage: socktable wait PORT [OPTIONS]     (PORT is 3000 or :3000)

      --free            until nobody listens on it
      --pid N           until this process listens on it; ends at once where
                        that process does not exist, is hidden, or is in
                        another network namespace
      --timeout SECONDS how long to wait at most; default: 30
      --host ADDRESS    only a server there counts; default: anywhere
  -t, --tcp  -u, --udp  the protocol; default: TCP
      --json            the sockets that listen, as JSON
  -h, --help            this text

It looks at the system's table of listeners and connects to nobody.

Exit codes:
  0  it came to pass
  1  it did not in time
  2  wrong usage
  3  the process or the socket table could not be read`

const OPTIONS = {
  free: { type: 'boolean' },
  pid: { type: 'string' },
  host: { type: 'string' },
  timeout: { type: 'string' },
  tcp: { type: 'boolean', short: 't' },
  udp: { type: 'boolean', short: 'u' },
  json: { type: 'boolean' },
} as const
const EXPECTED = {
  host: 'an address such as 127.0.0.1',
  pid: 'a PID, a number from 1 on',
  timeout: 'a number of seconds',
}

export const wait: Subcommand = {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseOptions(argv, OPTIONS, EXPECTED)
    const [text, ...more] = positionals
    if (text === undefined) throw new UsageError('wait needs a port: socktable wait 3000')
    if (more.length > 0) throw new UsageError(`wait takes one port, not '${positionals.join(' ')}'`)
    if (values.tcp && values.udp) throw new UsageError('--tcp and --udp exclude each other here')
    if (values.free && values.pid !== undefined) {
      throw new UsageError('--free and --pid exclude each other')
    }
    const port = parsePort('the port', text.replace(/^:/, ''))
    const [pid] = values.pid === undefined ? [] : parsePids([values.pid])
    try {
      const rows = await waitForPort(port, {
        until: values.free ? 'closed' : 'listening',
        protocol: values.udp ? 'udp' : 'tcp',
        ...(pid !== undefined && { pid }),
        ...(values.host !== undefined && { host: values.host }),
        ...(values.timeout !== undefined && {
          timeout: parseSeconds('--timeout', values.timeout),
        }),
      })
      if (values.json) print(formatJson({ port, rows }))
      return 0
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT')) throw error
      complain(error.message)
      return 1
    }
  },
}
