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

/** Whole milliseconds: the sources are no more precise. */
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

/** The records of all processes. */
export const readProcesses = (): Promise<ProcessRecord[]> => readShort(null)

/** The records of some processes, without those that do not exist. */
export const readSome = (pids: readonly number[]): Promise<ProcessRecord[]> =>
  readShort(Uint32Array.from(pids))

/** `readProcesses`, blocking. */
export function readProcessesSync(): ProcessRecord[] {
  return binding().processesSync(null, false, (...outcome) =>
    received<NativeProcess>(...outcome).map(rounded),
  )
}

/** The facts of one process; undefined where it does not exist. */
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
