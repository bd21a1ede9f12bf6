/** Starts the user's program, as their shell would. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { batchCommand, findProgram, withVariables } from './windows.ts'

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true

export function startProgram(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): ChildProcess {
  const isWindows = process.platform === 'win32'
  const env = isWindows ? withVariables(process.env, variables) : { ...process.env, ...variables }
  const options: SpawnOptions = { stdio: 'inherit', env }
  if (!isWindows) return spawn(program, args, options)
  // Where there is no such file, Node.js reports it.
  const file = findProgram(program, env, process.cwd(), isFile) ?? program
  const batch = batchCommand(file, args, env)
  if (batch === null) return spawn(file, args, options)
  return spawn(batch.program, batch.args, { ...options, windowsVerbatimArguments: true })
}
