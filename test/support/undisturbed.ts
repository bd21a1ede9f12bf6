/** For tests that compare two looks at the whole table. */

import { listSocketsSync } from '../../src/index.ts'
import { until } from './children.ts'

const table = (): string => JSON.stringify(listSocketsSync({ bound: true, owners: 'none' }).rows)

/**
 * What `look` saw while the table stayed as it was. All tests share one table, and what earlier
 * ones left there without an owner, in TIME_WAIT or FIN_WAIT_1 say, times out when it likes.
 */
export async function undisturbed<Seen>(look: () => Seen | Promise<Seen>): Promise<Seen> {
  const { seen } = await until('nothing times out during a look', async () => {
    const before = table()
    const seen = await look()
    return table() === before && { seen }
  })
  return seen
}
