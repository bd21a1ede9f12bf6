/** Counts sockets natively: one record for each group is passed to JavaScript, and no rows. */

import { binding } from '../binding.ts'
import { bitsOf } from '../layout.ts'
import type { Abortable, CountBy, ListOptions, SocketCounts } from '../types/index.ts'
import { COUNT_BY } from '../types/index.ts'
import { decodeCounts } from './decode-counts.ts'
import { LIST_OPTIONS, encodeQuery } from './options.ts'
import { receive, receiver } from './receive.ts'
import { checkList, checkOneOf, checkOptions, checkSignal, refuseSignal } from '../validate.ts'

/** Options of `countSockets`, which decides itself whether to look for owners. */
export type CountOptions = Omit<ListOptions<'names'>, 'owners'>

const COUNT_OPTIONS = LIST_OPTIONS.filter((name) => name !== 'owners')

/** Checks the keys to count by and encodes them for the addon. */
export function encodeCountBy(by: unknown): number {
  const list = checkList('by', by, (name, item) => checkOneOf(name, item, COUNT_BY))
  return bitsOf(binding().layout.countBy, list)
}

/** Encodes a query that reads owners only if they are counted or asked for. */
export function encodeCountQuery(options: CountOptions | undefined, countBy: number): Uint32Array {
  const byProcess = (countBy & bitsOf(binding().layout.countBy, ['pid'])) !== 0
  const query: ListOptions = checkOptions(options, [...COUNT_OPTIONS, 'signal'])
  const owners = byProcess || query.pid !== undefined ? 'all' : 'none'
  return encodeQuery({ ...query, owners }, ['signal']).encoded
}

/** Returns the function that decodes counts by these keys. */
export function decoder<By extends CountBy>(
  by: By | readonly By[],
): (buffer: ArrayBuffer) => SocketCounts<By> {
  return (buffer) => decodeCounts(buffer, binding().layout, by)
}

/**
 * Counts the sockets of a query by one key or by several. They are read and counted on another thread,
 * and only one record for each group is passed to JavaScript.
 *
 * Owners are looked up only if `by` or the options include `pid`. For repeated counts, `socketCounter`
 * and the `count` method of a watcher cost less.
 *
 * @example
 * const { counts } = await countSockets(['protocol', 'state'])
 * console.log(counts) // [{ protocol: 'tcp', state: 'ESTABLISHED', count: 50_112 }, …]
 *
 * @throws As `listSockets`.
 */
export async function countSockets<By extends CountBy>(
  by: By | readonly By[],
  options?: CountOptions & Abortable,
): Promise<SocketCounts<By>> {
  const countBy = encodeCountBy(by)
  const query = encodeCountQuery(options, countBy)
  const signal = checkSignal(options)
  return receive((done) => binding().read(query, done, countBy), decoder(by), signal)
}

/**
 * `countSockets`, blocking.
 *
 * @example
 * console.log(countSocketsSync('state', { protocol: 'tcp' }).counts)
 *
 * @throws As `listSockets`.
 */
export function countSocketsSync<By extends CountBy>(
  by: By | readonly By[],
  options?: CountOptions,
): SocketCounts<By> {
  refuseSignal(options, 'countSockets')
  const countBy = encodeCountBy(by)
  const query = encodeCountQuery(options, countBy)
  return binding().readSync(query, receiver(decoder(by)), countBy)
}
