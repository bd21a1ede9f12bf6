/** What is known of one process. */

import type { NativeProcessFacts } from '../binding.ts'
import { cgroupOf, unitOf } from './cgroup.ts'
import { containerOf, engineOf } from './container.ts'
import { readFacts, readFactsSync } from './read.ts'
import type { Container, ProcessInfo } from './types.ts'
import { checkPid } from '../validate.ts'

function describe(facts: NativeProcessFacts | undefined): ProcessInfo | null {
  if (facts === undefined) return null
  const { cgroups, commandLine, ...rest } = facts
  return {
    ...rest,
    commandLine: commandLine ?? facts.arguments?.join(' ').trimEnd() ?? null,
    cgroup: cgroups === null ? null : cgroupOf(cgroups),
    container: cgroups === null ? null : containerOf(cgroups),
    unit: cgroups === null ? null : unitOf(cgroups),
  }
}

/**
 * The container of a process whose path does not name the engine: goes up, yielding each PID to be
 * read, to the process that watches the container.
 */
function* watched(
  { pid, parentPid }: ProcessInfo,
  container: Container,
): Generator<number, Container, NativeProcessFacts | undefined> {
  const seen = new Set([pid])
  for (let at = parentPid; at !== null && !seen.has(at);) {
    seen.add(at)
    const facts = yield at
    if (facts === undefined) break
    const runtime = engineOf(facts, container.id)
    if (runtime !== null) return { ...container, runtime }
    at = facts.parentPid
  }
  return container
}

/** The search for the engine of a process's container; null where there is nothing to search. */
function searchFor(info: ProcessInfo | null): ReturnType<typeof watched> | null {
  return info?.container?.runtime === 'unknown' ? watched(info, info.container) : null
}

/**
 * What is known of a process: its parent, name, program, command line, user and start time, and on
 * Linux the container and the systemd unit that its cgroup names. Null where no process has that PID.
 *
 * @throws For the PID `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`; an error with `code`, `errno` and
 *   `syscall` where processes can't be read: `ENODEV` without a /proc of this PID namespace, `EMFILE`,
 *   `ENFILE` or `ENOMEM` where no descriptor or memory is left for it.
 */
export async function processInfo(pid: number): Promise<ProcessInfo | null> {
  const info = describe(await readFacts(checkPid('pid', pid)))
  const search = searchFor(info)
  if (info === null || search === null) return info
  let step = search.next()
  while (step.done !== true) step = search.next(await readFacts(step.value))
  return { ...info, container: step.value }
}

/** `processInfo`, blocking. */
export function processInfoSync(pid: number): ProcessInfo | null {
  const info = describe(readFactsSync(checkPid('pid', pid)))
  const search = searchFor(info)
  if (info === null || search === null) return info
  let step = search.next()
  while (step.done !== true) step = search.next(readFactsSync(step.value))
  return { ...info, container: step.value }
}
