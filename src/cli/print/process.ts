/** What is said about processes that were to end. */

import type { EndedProcess, RefusalReason } from '../../index.ts'
import { remedyFor } from '../../permission.ts'
import { harmless } from './text.ts'

const REASONS: Readonly<Record<RefusalReason, string>> = {
  self: 'that is this command itself',
  ancestor: 'this command descends from it (--allow ancestors ends it all the same)',
  'maybe-ancestor':
    'this command may descend from it, and /proc hides whether it does (--allow ancestors ends it ' +
    'all the same)',
  system: 'that is the system itself (--allow system tries all the same)',
  critical: 'Windows stops where it ends',
  service: 'it runs services of Windows (--allow system ends it all the same)',
  proxy: 'it listens for others (--allow proxies ends it all the same)',
  'not-named': 'it came after the question',
  unidentified: 'it cannot be told whether it is the one that was meant',
  'no-graceful-way': 'it has no window that could be asked to close',
}

const OUTCOMES: Readonly<Record<EndedProcess['outcome'], string>> = {
  terminated: 'ended',
  killed: 'was forced to end',
  'already-gone': 'had gone already',
  refused: 'was left alone',
  'no-permission': 'may not be ended by you',
  survived: 'is still there',
  'would-be-terminated': 'would be ended',
}

/** A process by its number and its name. */
export const nameOf = ({ pid, name }: { pid: number; name: string | null }): string =>
  `${pid} ${name === null ? '-' : harmless(name)}`

/** What became of a process, in one line. */
export function outcomeOf(process: EndedProcess): string {
  const where = process.ports.length > 0 ? ` (port ${process.ports.join(', ')})` : ''
  const remedy = process.outcome === 'no-permission' ? `: ${remedyFor('CAP_KILL')}` : ''
  const why = process.reason === null ? remedy : `: ${REASONS[process.reason]}`
  const instead = process.advice === null ? '' : `; ${harmless(process.advice)}`
  return `${nameOf(process)}${where} ${OUTCOMES[process.outcome]}${why}${instead}`
}
