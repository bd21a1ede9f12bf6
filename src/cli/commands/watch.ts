/** socktable watch: what opens, closes and changes, on the screen or one line each. */

import { once } from 'node:events'
import type { Include, SocketChanges, WatchOptions } from '../../index.ts'
import { watchSockets } from '../../index.ts'
import { EXIT } from '../exit-codes.ts'
import { runLive } from '../live/session.ts'
import { explainMissing } from '../output.ts'
import { formatJson } from '../print/json.ts'
import { ALL_FIELDS, fieldsFor, filterQuery, selectionOf } from '../query.ts'
import { type Subcommand, subcommand } from '../subcommand.ts'
import { FILTER_OPTIONS } from '../table-options.ts'
import { UsageError } from '../usage-error.ts'
import { parseSeconds } from '../values.ts'

interface WatchRequest {
  readonly query: WatchOptions
  readonly json: boolean
}

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
  const watcher = watchSockets({ ...query, include: ALL_FIELDS })
  const { stdout } = process
  // The reader has seen enough and closed the pipe.
  const enough = new AbortController()
  stdout.once('close', () => {
    enough.abort()
    watcher.close()
  })
  let first = true
  for await (const changes of watcher) {
    if (first || changes.missing.includes('short-lived')) explainMissing(changes, query.pid)
    for (const line of linesOf(changes, first)) {
      if (enough.signal.aborted) return EXIT.yes
      // "drain" comes, or the pipe is closed and it never does.
      if (!stdout.write(formatJson(line))) await once(stdout, 'drain').catch(() => undefined)
    }
    first = false
  }
  return EXIT.yes
}

export const watch: Subcommand = subcommand({
  name: 'watch',
  about: `Watches sockets: a table that follows what opens, closes and changes, or one line of JSON for each
change.`,
  usage: ['[OPTIONS]'],
  operands: { noun: 'an operand', most: 0, parse: String },
  options: {
    interval: {
      kind: 'single',
      placeholder: 'SECONDS',
      needs: 'a number of seconds such as 1 or 0.5',
      otherwise: '1',
      parse: parseSeconds,
      help: 'how often the sockets are read',
    },
    json: {
      kind: 'flag',
      help:
        'for pipes: one JSON object a line, with "change" being "initial", "opened", "closed", ' +
        '"changed" or "short-lived" (opened and closed between two reads), "time", "row" and, for ' +
        'what changed, "before"',
    },
    ...FILTER_OPTIONS,
  },
  notes: `Keys of the table:

  up down PgUp PgDn Home End   select a socket
  /        filter by typing: rows that contain all the words; Enter keeps the
           filter, Esc removes it
  < >      sort by the column before or after (also left and right)
  r        reverse the order
  e Enter  explain the port of the selected socket
  k Del    end its process, after a question
  q        quit; so does Ctrl-C; Ctrl-Z suspends

New sockets are marked with + for three seconds, closed ones with -, changed ones with *.

Connections that opened and closed between two reads are reported on Linux alone.`,
  exitCodes: {
    0: 'quit',
    3: 'the socket table could not be read',
    130: 'Ctrl-C',
  },

  request({ options }): WatchRequest {
    const { interval, json } = options
    if (interval === 0) throw new UsageError('--interval must be more than 0')
    const query = { ...filterQuery(options, selectionOf(options, 'all')), interval }
    if (json || (process.stdin.isTTY && process.stdout.isTTY)) return { query, json }
    throw new UsageError('watch draws on a terminal, and there is none: use --json for pipes')
  },

  run: ({ query, json }) =>
    json ? printChanges(query) : runLive({ ...query, include: fieldsFor('table') }),
})
