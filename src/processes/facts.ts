/** What is known of one process. */

import type { NativeProcessFacts } from '../binding.ts'
import { checkInteger } from '../table/options.ts'
import { cgroupOf, containerOf, unitOf } from './cgroup.ts'
import { readFacts, readFactsSync } from './read.ts'
import type { ProcessInfo } from './types.ts'

export function checkPid(name: string, value: unknown): number {
  return checkInteger(name, value, 1, 2 ** 31 - 1)
}

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
 * What is known of a process: its parent, name, program, command line, user and start time, and on
 * Linux the container and the systemd unit that its cgroup names. Null where no process has that PID.
 *
 * @throws For the PID `ERR_INVALID_ARG_TYPE` or `ERR_OUT_OF_RANGE`; an error with `code`, `errno` and
 *   `syscall` where processes can't be read: `ENODEV` without a /proc of this PID namespace, `EMFILE`,
 *   `ENFILE` or `ENOMEM` where no descriptor or memory is left for it.
 */
export async function processInfo(pid: number): Promise<ProcessInfo | null> {
  return describe(await readFacts(checkPid('pid', pid)))
}

/** `processInfo`, blocking. */
export function processInfoSync(pid: number): ProcessInfo | null {
  return describe(readFactsSync(checkPid('pid', pid)))
}
