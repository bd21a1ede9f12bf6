/** The facts of one process. */

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
 * The container of a process whose cgroup does not name the engine: goes up, yielding each PID to read,
 * to the monitor process of the container.
 */
function* resolveEngine(
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

/** The search for the engine of a process's container; null where none is needed. */
function searchFor(info: ProcessInfo | null): ReturnType<typeof resolveEngine> | null {
  return info?.container?.runtime === 'unknown' ? resolveEngine(info, info.container) : null
}

/**
 * The facts of a process: its parent, name, program, command line, user and start time, and on Linux
 * the container and the systemd unit of its cgroup. Null where no process has that PID.
 *
 * @example
 * const info = await processInfo(4242)
 * console.log(info?.commandLine, info?.container?.id)
 *
 * @throws For the PID `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`; an error with `code`, `errno` and
 *   `syscall` where processes cannot be read: `ENODEV` without a /proc of this PID namespace, `EMFILE`,
 *   `ENFILE` or `ENOMEM` where no descriptor or memory is left.
 */
export async function processInfo(pid: number): Promise<ProcessInfo | null> {
  const info = describe(await readFacts(checkPid('pid', pid)))
  const search = searchFor(info)
  if (info === null || search === null) return info
  let step = search.next()
  while (step.done !== true) step = search.next(await readFacts(step.value))
  return { ...info, container: step.value }
}

/**
 * `processInfo`, blocking.
 *
 * @example
 * console.log(processInfoSync(process.ppid)?.name)
 *
 * @throws As `processInfo`.
 */
export function processInfoSync(pid: number): ProcessInfo | null {
  const info = describe(readFactsSync(checkPid('pid', pid)))
  const search = searchFor(info)
  if (info === null || search === null) return info
  let step = search.next()
  while (step.done !== true) step = search.next(readFactsSync(step.value))
  return { ...info, container: step.value }
}
