/** The command socktable: arguments in, exit code out. */

import { createRequire } from 'node:module'
import { debuglog } from 'node:util'
import { splitCommandLine } from './command-line.ts'
import { EXIT } from './exit-codes.ts'
import { print, printError } from './output.ts'
import { asksFor } from './parse.ts'
import { SUBCOMMANDS } from './subcommands.ts'
import { LIST_OPTIONS } from './table-options.ts'
import { UsageError } from './usage-error.ts'

/** True where the command line alone is wrong, also where the library found out. */
function isWrongUsage(error: unknown): boolean {
  if (error instanceof UsageError) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === 'ERR_OUT_OF_RANGE' || code.startsWith('ERR_INVALID_ARG_')
}

/** Prints an error, and where help is found. Returns the exit code. */
function report(error: unknown, command: string): number {
  const usage = isWrongUsage(error)
  const message = error instanceof Error ? error.message : String(error)
  printError(usage ? `${message} (see ${command} --help)` : message)
  debuglog('socktable')('%O', error)
  return usage ? EXIT.usage : EXIT.failed
}

async function printHelp(name: string | null): Promise<number> {
  const help = await import('./help.ts')
  const entry = name === null ? undefined : SUBCOMMANDS[name]
  const text =
    entry === undefined || name === null
      ? help.overview(SUBCOMMANDS)
      : help.helpFor(name, (await entry.load()).help)
  print(text)
  return EXIT.yes
}

function printVersion(): number {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }
  print(`${version}\n`)
  return EXIT.yes
}

async function run(argv: readonly string[]): Promise<number> {
  let command = 'socktable'
  try {
    const { name, isNamed, words } = splitCommandLine(argv)
    if (isNamed) command += ` ${name}`
    const entry = SUBCOMMANDS[name]
    if (entry === undefined) throw new Error(`${name} is not in the list of subcommands`)
    if (!isNamed && asksFor(LIST_OPTIONS, words) === 'help') return await printHelp(null)
    const subcommand = await entry.load()
    switch (asksFor(subcommand.help.options, words)) {
      case 'help':
        return await printHelp(name)
      case 'version':
        return printVersion()
      case null:
    }
    try {
      return await subcommand.run(words, isNamed)
    } catch (error) {
      if (!(error instanceof Error) || !subcommand.isNo(error)) throw error
      printError(error.message)
      return EXIT.no
    }
  } catch (error) {
    return report(error, command)
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough closes the pipe ("socktable -a | head -1"): nothing is wrong then.
  if (error.code === 'EPIPE') return
  printError(`the output could not be written: ${error.message}`)
  process.exitCode = EXIT.failed
})
process.stderr.on('error', () => {
  // Nowhere is left to report it.
})

void run(process.argv.slice(2)).then((code) => {
  process.exitCode ??= code
})
