#!/usr/bin/env node
/** The command socktable: arguments in, exit code out. */

import { createRequire } from 'node:module'
import { debuglog } from 'node:util'
import { parseCommand } from './arguments.ts'
import { runList } from './commands/list.ts'
import { runWho } from './commands/who.ts'
import { helpText } from './help.ts'
import { complain, print } from './output.ts'
import { UsageError } from './usage-error.ts'

const WRONG_USAGE = 2
const NOT_READ = 3

async function run(argv: readonly string[]): Promise<number> {
  const command = parseCommand(argv)
  switch (command.name) {
    case 'help':
      print(`${helpText(command.topic)}\n`)
      return 0
    case 'version': {
      const { version } = createRequire(import.meta.url)('../../package.json') as {
        version: string
      }
      print(`${version}\n`)
      return 0
    }
    case 'list':
      return runList(command)
    case 'who':
      return runWho(command)
  }
}

// A reader that has seen enough closes the pipe ("socktable -a | head -1"): nothing is wrong then.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    const usage = error instanceof UsageError
    complain(error instanceof Error ? error.message : String(error))
    if (usage) process.stderr.write('socktable --help tells how it is used\n')
    debuglog('socktable')('%o', error)
    process.exitCode = usage ? WRONG_USAGE : NOT_READ
  },
)
