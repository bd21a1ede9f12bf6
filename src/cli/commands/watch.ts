/** socktable watch: what opens, closes and changes, on the screen or one line each. */

import { once } from 'node:events'
import type { Include, SocketChanges, WatchOptions } from '../../index.ts'
import { watchSockets } from '../../index.ts'
import { runLive } from '../live/session.ts'
import { FILTER_OPTIONS, TABLE_EXPECTED, parseOptions } from '../options.ts'
import { explainMissing } from '../output.ts'
import { formatJson } from '../print/json.ts'
import { listQuery, selectionOf } from '../query.ts'
import type { Subcommand } from '../subcommands.ts'
import { UsageError } from '../usage-error.ts'
import { parseSeconds } from '../values.ts'

const HELP = `Watches sockets: a table that follows what opens, closes and changes, or one
line of JSON for each change.

Usage: socktable watch [OPTIONS]

      --interval SECONDS  how often to look; default: 1
  -l, --listening         only those that wait for peers
  -B, --bound             also TCP sockets that are bound and neither listen nor
                          connect (Linux 6.8 and later, macOS)
  -t, --tcp  -u, --udp    -4, --ipv4  -6, --ipv6
      --state NAME,...    --port N|A-B,...  --remote-port N|A-B,...  --pid N,...
      --source NAME       as with "socktable list"
      --json              for pipes: one JSON object a line, with "change" being
                          "initial", "opened", "closed", "changed" or "short-lived"
                          (opened and closed between two looks), "time", "row",
                          and for what changed "before"
  -h, --help              this text

Keys of the table:
  up down PgUp PgDn Home End   choose a socket
  /        filter by typing: rows that have all the words; Enter keeps the
           filter, Esc drops it
  < >      sort by the column before or after (or left and right)
  r        the other way round
  e Enter  explain the port of the chosen socket
  k Del    end its process, after a question
  q        leave; Ctrl-C too, Ctrl-Z stops it
New sockets have a + for three seconds, closed ones a -, changed ones a *.

Connections that opened and closed between two looks are told on Linux alone.

Exit codes:
  0    it was left
  2    wrong usage
  3    the socket table could not be read
  130  Ctrl-C`

const OPTIONS = {
  ...FILTER_OPTIONS,
  interval: { type: 'string' },
  json: { type: 'boolean' },
} as const
const EXPECTED = { ...TABLE_EXPECTED, interval: 'a number of seconds such as 1 or 0.5' }

function* linesOf(changes: SocketChanges<Include>, first: boolean): Generator<object> {
  const time = new Date().toISOString()
  for (const row of changes.shortLived ?? []) yield { change: 'short-lived', time, row }
  for (const row of changes.closed) yield { change: 'closed', time, row }
  for (const { before, after } of changes.changed) {
    yield { change: 'changed', time, row: after, before }
  }
  for (const row of changes.opened) yield { change: first ? 'initial' : 'opened', time, row }
}

async function printChanges(query: WatchOptions): Promise<number> {
  const watcher = watchSockets(query)
  const { stdout } = process
  // Whoever reads has seen enough.
  const enough = new AbortController()
  stdout.once('close', () => {
    enough.abort()
    watcher.close()
  })
  let first = true
  for await (const changes of watcher) {
    if (first || changes.missing.includes('short-lived')) explainMissing(changes, query.pid)
    for (const line of linesOf(changes, first)) {
      if (enough.signal.aborted) return 0
      // What is waited for comes, or the pipe is closed.
      if (!stdout.write(formatJson(line))) await once(stdout, 'drain').catch(() => undefined)
    }
    first = false
  }
  return 0
}

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, EXPECTED)
  if (positionals.length > 0) throw new UsageError(`watch takes no '${positionals.join(' ')}'`)
  const interval = parseSeconds('--interval', values.interval ?? '1')
  if (interval === 0) throw new UsageError('--interval must be more than 0')
  const query: WatchOptions = { ...listQuery(values, selectionOf(values, 'all')), interval }
  if (values.json) return printChanges(query)
  if (process.stdin.isTTY && process.stdout.isTTY) return runLive(query)
  throw new UsageError('watch draws on a terminal, and there is none: --json is for pipes')
}

export const watch: Subcommand = { help: HELP, run }
