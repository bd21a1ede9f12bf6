/** Reads processes through the addon. */

import type { NativeFailure, NativeProcess, NativeProcessFacts } from '../binding.ts'
import { binding } from '../binding.ts'
import { systemError } from '../errors.ts'
import type { ProcessRecord } from './types.ts'

function received<Item>(
  ...[records, failure]: [records: Item[], failure: null] | [records: null, failure: NativeFailure]
): Item[] {
  if (failure !== null) throw systemError(failure)
  return records
}

/** Half a millisecond of uncertainty is no use to anybody. */
function rounded<Item extends NativeProcess>(record: Item): Item {
  const { startedAt } = record
  return startedAt === null ? record : { ...record, startedAt: Math.round(startedAt) }
}

function readShort(pids: Uint32Array | null): Promise<ProcessRecord[]> {
  return new Promise((resolve, reject) => {
    binding().processes(pids, false, (...outcome) => {
      try {
        resolve(received<NativeProcess>(...outcome).map(rounded))
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** All processes, in short. */
export const readProcesses = (): Promise<ProcessRecord[]> => readShort(null)

/** Some of them; those that are not there are left out. */
export const readSome = (pids: readonly number[]): Promise<ProcessRecord[]> =>
  readShort(Uint32Array.from(pids))

/** `readProcesses`, blocking. */
export function readProcessesSync(): ProcessRecord[] {
  return binding().processesSync(null, false, (...outcome) =>
    received<NativeProcess>(...outcome).map(rounded),
  )
}

/** All that is known of one process; undefined where there is none. */
export function readFacts(pid: number): Promise<NativeProcessFacts | undefined> {
  return new Promise((resolve, reject) => {
    binding().processes(Uint32Array.of(pid), true, (...outcome) => {
      try {
        resolve(received<NativeProcessFacts>(...outcome).map(rounded)[0])
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** `readFacts`, blocking. */
export function readFactsSync(pid: number): NativeProcessFacts | undefined {
  return binding().processesSync(
    Uint32Array.of(pid),
    true,
    (...outcome) => received<NativeProcessFacts>(...outcome).map(rounded)[0],
  )
}
