/** `socktable watch --json` as a child that ends with the test. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import type { SocketRow } from '../../src/index.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

interface Line {
  readonly change: 'initial' | 'opened' | 'closed' | 'changed' | 'shortLived'
  readonly time: string
  readonly row: SocketRow
  readonly before?: SocketRow
}

const children: ChildProcessByStdio<null, Readable, null>[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Starts it; `next` takes its next line. */
export function watchCommand(...options: string[]): {
  readonly child: ChildProcessByStdio<null, Readable, null>
  readonly next: () => Promise<Line>
} {
  const words = [MAIN, 'watch', '--json', '--interval', '0.05', ...options]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value as string) as Line
  return { child, next }
}
