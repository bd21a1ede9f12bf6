/** An explanation, and its text. Pure. */

import type { Protocol } from '../types/index.ts'
import type { PortCheck } from './port-check.ts'

/** What happened, which process has the port, and what to do. */
export interface Explanation {
  /** Node's name of the error; null where nothing is wrong. */
  readonly code: string | null
  /** The port; null where the error did not name one. */
  readonly port: number | null
  /** The protocol; `tcp` where the error did not name one. */
  readonly protocol: Protocol
  /** The address; null where the error did not name one. */
  readonly host: string | null
  /** The Unix socket or named pipe that the error is about; null where it is about a port. */
  readonly path: string | null
  /** The state of the port in one sentence. */
  readonly summary: string
  /** The causes, a sentence each. */
  readonly reasons: readonly string[]
  /** What to do, the safest first. */
  readonly advice: readonly string[]
  /** A free port close by; null where none was looked for or found. */
  readonly alternative: number | null
  /** What was found out about the port; null where none was known. */
  readonly check: PortCheck | null
  /** All of it as text, without a newline at its end. */
  readonly text: string
}

function textOf(explanation: Omit<Explanation, 'text'>): string {
  const { summary, reasons, advice, alternative } = explanation
  const lines = [summary, ...reasons.map((reason) => `  ${reason}`)]
  if (advice.length > 0) lines.push('What to do:', ...advice.map((step) => `  - ${step}`))
  if (alternative !== null) lines.push(`Free close by: ${alternative}`)
  return lines.join('\n')
}

/** Adds the text. */
export function finish(explanation: Omit<Explanation, 'text'>): Explanation {
  return { ...explanation, text: textOf(explanation) }
}
