/** What the live table does with a selected socket: explain its port, end its process. */

import type { SocketRow } from '../../index.ts'
import { explainPort, listSockets, processInfo, terminate } from '../../index.ts'
import { usersOf } from '../../users.ts'
import { nameOf, outcomeOf } from '../print/process.ts'
import type { Row } from '../print/row.ts'
import { escapeControls, whyUnknown } from '../print/text.ts'
import { wrap } from '../print/width.ts'

/** Whether the process of a row still holds the socket. */
async function isHeld(row: Row, pid: number): Promise<boolean> {
  const { protocol, localPort } = row
  const { rows } = await listSockets({ protocol, localPort, pid, bound: true })
  const same = ({ localAddress, remoteAddress, remotePort }: SocketRow) =>
    localAddress === row.localAddress &&
    remoteAddress === row.remoteAddress &&
    remotePort === row.remotePort
  return rows.some(same)
}

/** The explanation of the port, in lines that fit the terminal. */
export async function explanationOf(
  { localPort, protocol, localAddress }: Row,
  columns: number,
): Promise<string[]> {
  const { text } = await explainPort(localPort, { protocol, host: localAddress })
  return escapeControls(text, '\n')
    .split('\n')
    .flatMap((line) => wrap(line, columns).trimEnd().split('\n'))
}

/** The process that would be ended. */
export interface PlannedEnding {
  readonly name: string
  /** Ends it, and returns the outcome in words. */
  readonly end: () => Promise<string>
}

/** Plans to end the process of a socket; where that is not possible, why. */
export async function planEnding(row: Row): Promise<PlannedEnding | string> {
  const { pid, ownerUnknown, uid = null } = row
  if (pid === null) {
    const hidden = { ownerUnknown, uid }
    return whyUnknown(hidden, await usersOf([hidden]))
  }
  // In this order: a process that gets the PID later is not the one of the question.
  const process = await processInfo(pid)
  if (process === null || !(await isHeld(row, pid))) {
    return `process ${pid} no longer holds that socket`
  }
  const { processes } = await terminate(process, { dryRun: true })
  if (processes.every(({ outcome }) => outcome !== 'would-be-terminated')) {
    return processes.map(outcomeOf).join('; ')
  }
  return {
    name: nameOf(process),
    end: async () => (await terminate(process)).processes.map(outcomeOf).join('; '),
  }
}
