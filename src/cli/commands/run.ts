/** socktable run -- COMMAND: starts a program with a port of its own. */

import type { PortFilter } from '../../index.ts'
import { reservePort } from '../../index.ts'
import { given } from '../option.ts'
import { hint } from '../output.ts'
import { isInner, runInner, runProgram } from '../run/supervise.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { UsageError } from '../usage-error.ts'
import { parsePortFilter, parseText } from '../values.ts'

interface RunRequest {
  readonly program: string
  readonly args: readonly string[]
  readonly ports: readonly PortFilter[] | undefined
  /** The variable that gets the number of the port. */
  readonly variable: string
  readonly words: readonly string[]
}

export const run: Subcommand = subcommand({
  name: 'run',
  about: `Starts a program with the number of a port in its environment, and keeps that port for it while
it runs.`,
  usage: ['[OPTIONS] -- COMMAND [ARGUMENTS...]'],
  takesProgram: true,
  operands: { noun: 'a program behind "--"', parse: String },
  options: {
    'port-range': {
      kind: 'list',
      placeholder: 'A-B,...',
      needs: 'a range A-B',
      parse: parsePortFilter,
      help: 'the ports to choose from, the first that is free; default: the system chooses',
    },
    env: {
      kind: 'single',
      placeholder: 'NAME',
      needs: 'the name of a variable',
      otherwise: 'PORT',
      parse: parseText,
      help: 'the variable that gets its number',
    },
  },
  notes: `Signals are passed on, and so is the exit code of the program, which is 128 plus its number where
a signal ended it. No process that it started is left running: what remains when it ends is asked to end
too, and forced after 5 seconds or by a second signal. On Linux the port is kept until then, for servers
that set SO_REUSEADDR, as Node's do; on macOS for half a minute; elsewhere it was free a moment before.`,
  exitCodes: {
    2: 'wrong usage',
    3: 'no port is free, or the program cannot be started',
    else: "the program's",
  },

  request({ options, operands, program: [program, ...args], words }): RunRequest {
    if (program === undefined || operands.length > 0) {
      throw new UsageError('run needs a program behind "--": socktable run -- node server.js')
    }
    return { program, args, ports: options['port-range'], variable: options.env, words }
  },

  async run({ program, args, ports, variable, words }) {
    if (!isInner()) return runInner(words)
    const { port } = await reservePort(given({ ports }))
    hint(`${variable}=${port}`)
    return runProgram(program, args, { [variable]: String(port) })
  },
})
