/** The outcome of ending processes, in words. */

import type { EndedProcess, RefusalReason } from '../../index.ts'
import { remedyFor } from '../../permission.ts'
import { escapeControls } from './text.ts'

const REASONS: Readonly<Record<RefusalReason, string>> = {
  self: 'it is this command itself',
  ancestor: 'this command descends from it (--allow ancestors ends it all the same)',
  'maybe-ancestor':
    'this command may descend from it, and /proc hides whether it does (--allow ancestors ends it ' +
    'all the same)',
  system: 'it is the system itself (--allow system tries all the same)',
  critical: 'Windows stops when it ends',
  service: 'it runs services of Windows (--allow system ends it all the same)',
  proxy: 'it listens for other programs (--allow proxies ends it all the same)',
  'not-named': 'it started after the question',
  unidentified: 'it may be another process with a reused PID',
  'no-graceful-way': 'it has no window that could be asked to close',
}

const OUTCOMES: Readonly<Record<EndedProcess['outcome'], string>> = {
  terminated: 'ended',
  killed: 'was forced to end',
  'already-gone': 'had ended already',
  refused: 'was left alone',
  'no-permission': 'may not be ended by you',
  survived: 'is still there',
  'would-be-terminated': 'would be ended',
}

/** A process by its PID and name. */
export const nameOf = ({ pid, name }: { pid: number; name: string | null }): string =>
  `${pid} ${name === null ? '-' : escapeControls(name)}`

/** The outcome for a process, in one line. */
export function outcomeOf(process: EndedProcess): string {
  const where = process.ports.length > 0 ? ` (port ${process.ports.join(', ')})` : ''
  const remedy = process.outcome === 'no-permission' ? `: ${remedyFor('CAP_KILL')}` : ''
  const why = process.reason === null ? remedy : `: ${REASONS[process.reason]}`
  const instead = process.advice === null ? '' : `; ${escapeControls(process.advice)}`
  return `${nameOf(process)}${where} ${OUTCOMES[process.outcome]}${why}${instead}`
}
