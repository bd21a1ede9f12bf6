/** Counts sockets where they are read: one record for each group crosses, and no rows. */

import { binding } from '../binding.ts'
import type {
  Abortable,
  CountBy,
  CountKeys,
  ListOptions,
  SocketCount,
  SocketCounts,
} from '../types.ts'
import { COUNT_BY } from '../types.ts'
import { decodeGroups } from './decode.ts'
import { LIST_OPTIONS, encodeQuery, fixOptions } from './options.ts'
import { receive, receiver } from './receive.ts'
import { checkList, checkOneOf, checkSignal } from '../validate.ts'

/** What `countSockets` takes: it knows itself whether it needs owners. */
export type CountOptions = Omit<ListOptions, 'owners' | 'times' | 'services'>

const COUNT_OPTIONS = LIST_OPTIONS.filter(
  (name) => name !== 'owners' && name !== 'times' && name !== 'services',
)

/** Checks what to count by, and returns it as the addon takes it. */
export function encodeCountBy(by: unknown): number {
  const list = checkList('by', by, (name, item) => checkOneOf(name, item, COUNT_BY))
  return list.reduce((mask, word) => mask | (1 << COUNT_BY.indexOf(word)), 0)
}

/** Decodes what the addon counted. */
export function decodeCounts<By extends CountBy>(
  by: By | readonly By[],
): (buffer: ArrayBuffer) => SocketCounts<By> {
  const names = COUNT_BY.filter((name) => [by].flat().includes(name as By))
  return (buffer) => {
    const { rows, ...report } = decodeGroups(buffer)
    const counts = rows.map((row) => {
      const keys: CountKeys = { ...row, listeningPort: row.localPort === 0 ? null : row.localPort }
      const chosen = names.map((name) => [name, keys[name]])
      return { ...Object.fromEntries(chosen), count: row.inode } as SocketCount<By>
    })
    return { ...report, counts }
  }
}

/** The words of a query that reads owners only where they are counted or asked for. */
export function encodeCountQuery(options: CountOptions | undefined, countBy: number): Uint32Array {
  const byProcess = (countBy & (1 << COUNT_BY.indexOf('pid'))) !== 0
  const query = fixOptions<ListOptions>(options, COUNT_OPTIONS, {})
  const owners = byProcess || query.pid !== undefined ? 'all' : 'none'
  return encodeQuery({ ...query, owners }, ['signal'])
}

/**
 * Counts the sockets of a query by one thing or by several at once. The rows stay where they were
 * read, on another thread, and one record for each group comes back:
 *
 *     const { counts } = await countSockets(['protocol', 'state'])
 *     // [{ protocol: 'tcp', state: 'ESTABLISHED', count: 50_112 }, …]
 *
 * Owners are looked for where `by` or the options name `pid`. Who counts again and again is better
 * off with `socketCounter`, or with `count` of a watcher.
 *
 * @throws As `listSockets` does.
 */
export async function countSockets<By extends CountBy>(
  by: By | readonly By[],
  options?: CountOptions & Abortable,
): Promise<SocketCounts<By>> {
  const countBy = encodeCountBy(by)
  const words = encodeCountQuery(options, countBy)
  const signal = checkSignal(options)
  return receive((done) => binding().read(words, done, countBy), decodeCounts(by), signal)
}

/** `countSockets`, blocking. */
export function countSocketsSync<By extends CountBy>(
  by: By | readonly By[],
  options?: CountOptions,
): SocketCounts<By> {
  const countBy = encodeCountBy(by)
  const words = encodeCountQuery(options, countBy)
  return binding().readSync(words, receiver(decodeCounts(by)), countBy)
}
