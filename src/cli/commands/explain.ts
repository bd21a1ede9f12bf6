/** socktable explain PORT|ERROR: what is wrong, in plain words. */

import type { BindTargetOptions } from '../../index.ts'
import { explainError, explainPort } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { readInput } from '../input.ts'
import { print } from '../output.ts'
import { BIND_TARGET_OPTIONS, JSON_OPTION, bindTargetOf } from '../port-options.ts'
import { formatJson } from '../print/json.ts'
import { escapeControls } from '../print/text.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { UsageError } from '../usage-error.ts'
import { isPort, parsePort } from '../values.ts'

interface ExplainRequest {
  /** Null: it is piped. */
  readonly text: string | null
  readonly options: BindTargetOptions
  readonly json: boolean
}

export const explain: Subcommand = subcommand({
  name: 'explain',
  about: `Explains a port, or an error about one: what happened, which process is responsible, what to
do.`,
  usage: ['PORT|TEXT... [OPTIONS]'],
  operands: { noun: 'a port or the text of an error', parse: String },
  options: {
    ...BIND_TARGET_OPTIONS,
    host: {
      ...BIND_TARGET_OPTIONS.host,
      help: 'where the server would listen; default: as the error says, or every address',
    },
    json: JSON_OPTION,
  },
  examples: [
    'socktable explain 3000',
    'socktable explain "listen EADDRINUSE: address already in use :::3000"',
    'node server.js 2>&1 | socktable explain',
  ],
  exitCodes: {
    0: 'the port is free',
    1: 'it is not, or the text names none',
    3: 'the check failed',
  },

  request({ options, operands }): ExplainRequest {
    const words = operands.join(' ')
    const isPiped = words === '-' || (words === '' && !process.stdin.isTTY)
    const { protocol, ...host } = bindTargetOf(options)
    return {
      text: isPiped ? null : words,
      // Without -t and -u the protocol is the one that the error names.
      options: options.udp || options.tcp ? ({ protocol, ...host } as BindTargetOptions) : host,
      json: options.json,
    }
  },

  async run({ text, options, json }) {
    const given = (text ?? (await readInput())).trim()
    if (given === '') {
      throw new UsageError('explain needs a port or the text of an error, as words or piped')
    }
    const explanation = isPort(given)
      ? await explainPort(parsePort('the port', given), options)
      : await explainError(text ?? given, options)
    if (json) print(formatJson(explanation))
    else print(`${escapeControls(explanation.text, '\n')}\n`)
    return explanation.check?.free === true ? EXIT.yes : EXIT.no
  },
})
