/** socktable explain PORT|ERROR: what is the matter, in plain words. */

import { explainError, explainPort } from '../../index.ts'
import { readInput } from '../input.ts'
import { parseOptions } from '../options.ts'
import { print } from '../output.ts'
import { EXPECTED_PLACE, PLACE, parsePlace } from '../place.ts'
import { formatJson } from '../print/json.ts'
import { harmless } from '../print/text.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { parsePort } from '../values.ts'

const HELP = `Explains a port, or an error about one: what happened, who is responsible, what
to do.

Usage: socktable explain PORT|TEXT... [OPTIONS]
       PROGRAM 2>&1 | socktable explain [OPTIONS]

      --host ADDRESS    where the server would listen; default: as the error
                        says, or everywhere
  -t, --tcp  -u, --udp  the protocol; default: TCP
      --json            one JSON object
  -h, --help            this text

Examples:
  socktable explain 3000
  socktable explain "listen EADDRINUSE: address already in use :::3000"
  node server.js 2>&1 | socktable explain

Exit codes:
  0  the port is free
  1  it is not, or the text names none
  2  wrong usage
  3  it could not be found out`

const OPTIONS = { ...PLACE, json: { type: 'boolean' } } as const

export const explain: Subcommand = {
  help: HELP,
  async run(argv) {
    const { values, positionals } = parseOptions(argv, OPTIONS, EXPECTED_PLACE)
    const words = positionals.join(' ')
    const isPiped = words === '-' || (words === '' && !process.stdin.isTTY)
    const text = isPiped ? await readInput() : words
    if (text.trim() === '') {
      throw new UsageError('explain needs a port or the text of an error, as words or piped')
    }
    const { protocol, ...place } = parsePlace(values)
    const asked = values.udp || values.tcp ? { protocol, ...place } : place
    const options = asked as Parameters<typeof explainPort>[1]
    const explanation = /^:?\d+$/.test(text.trim())
      ? await explainPort(parsePort('the port', text.trim().replace(':', '')), options)
      : await explainError(text, options)
    if (values.json) print(formatJson(explanation))
    else print(`${harmless(explanation.text, '\n')}\n`)
    return explanation.check?.free === true ? 0 : 1
  },
}
