/** socktable run -- CMD: starts a program with a port of its own. */

import { reservePort } from '../../index.ts'
import { parseOptions } from '../options.ts'
import { remark } from '../output.ts'
import { isInner, runInner, runProgram } from '../run/supervise.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { parsePorts } from '../values.ts'

const HELP = `Starts a program with the number of a port in its environment, and keeps that
port for it meanwhile.

Usage: socktable run [OPTIONS] -- COMMAND [ARGUMENTS...]

      --port-range A-B  the ports to choose from, the first that is free; may be
                        given more than once; default: one of the system's
      --env NAME        the variable that gets it; default: PORT
  -h, --help            this text

Signals are passed on, and so is the exit code of the program, which starts with
128 where a signal ended it. Nothing that it started survives: what is left when
it ends is asked to end too, and forced after 5 seconds, or by a second signal.
On Linux the port is kept until then, for servers that set SO_REUSEADDR, as
Node's do; on macOS for half a minute; elsewhere it was free a moment before.

Exit codes: the program's; 2 wrong usage, 3 no port or no such program`

const OPTIONS = {
  'port-range': { type: 'string', multiple: true },
  env: { type: 'string' },
} as const
const EXPECTED = { 'port-range': 'a range A-B', env: 'the name of a variable' }

export const run: Subcommand = {
  help: HELP,
  async run(argv) {
    const end = argv.indexOf('--')
    const [program, ...args] = end < 0 ? [] : argv.slice(end + 1)
    const { values, positionals } = parseOptions(
      end < 0 ? argv : argv.slice(0, end),
      OPTIONS,
      EXPECTED,
    )
    if (program === undefined || positionals.length > 0) {
      throw new UsageError('run needs a program behind "--": socktable run -- node server.js')
    }
    const ranges = values['port-range']
    const ports = ranges === undefined ? {} : { ports: parsePorts('--port-range', ranges) }
    if (!isInner()) return runInner(argv)
    const { port } = await reservePort(ports)
    const name = values.env ?? 'PORT'
    remark(`${name}=${port}`)
    return runProgram(program, args, { [name]: String(port) })
  },
}
