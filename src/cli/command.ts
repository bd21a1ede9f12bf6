/** The command socktable: arguments in, exit code out. */

import { createRequire } from 'node:module'
import { debuglog } from 'node:util'
import { parseCommand } from './arguments.ts'
import { complain, print } from './output.ts'
import { SUBCOMMANDS, type Subcommand } from './subcommands.ts'
import { UsageError } from './usage-error.ts'

const WRONG_USAGE = 2
const FAILED = 3

/** What stands behind "--" is another program's. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h')
}

async function runSubcommand(subcommand: Subcommand, argv: readonly string[]): Promise<number> {
  if (!asksForHelp(argv)) return subcommand.run(argv)
  print(`${subcommand.help}\n`)
  return 0
}

async function run(argv: readonly string[]): Promise<number> {
  const [word = '', ...rest] = argv
  const subcommand = Object.hasOwn(SUBCOMMANDS, word) ? SUBCOMMANDS[word] : undefined
  if (subcommand !== undefined) return runSubcommand(await subcommand(), rest)
  const command = parseCommand(argv)
  switch (command.name) {
    case 'help': {
      const { helpText } = await import('./help.ts')
      print(`${helpText(command.topic)}\n`)
      return 0
    }
    case 'version': {
      const { version } = createRequire(import.meta.url)('../../package.json') as {
        version: string
      }
      print(`${version}\n`)
      return 0
    }
    case 'list': {
      const { runList } = await import('./commands/list.ts')
      return runList(command)
    }
    case 'who': {
      const { runWho } = await import('./commands/who.ts')
      return runWho(command)
    }
  }
}

/** True for what the command line alone is to blame for, also where the library is who says so. */
function isWrongUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === 'ERR_OUT_OF_RANGE' || code.startsWith('ERR_INVALID_ARG_')
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough closes the pipe ("socktable -a | head -1"): nothing is wrong then.
  if (error.code === 'EPIPE') return
  complain(`the output could not be written: ${error.message}`)
  process.exitCode = FAILED
})
process.stderr.on('error', () => {
  // There is nowhere left to say it.
})

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode ??= code
  },
  (error: unknown) => {
    const usage = isWrongUsage(error)
    const message = error instanceof Error ? error.message : String(error)
    complain(usage ? `${message} (socktable --help tells how it is used)` : message)
    debuglog('socktable')('%O', error)
    process.exitCode = usage ? WRONG_USAGE : FAILED
  },
)
