/** Runs a program and lets nothing that it started survive. */

import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { type Bond, bindOffspring } from '../../processes/offspring.ts'
import { printError } from '../output.ts'
import { Family } from './family.ts'
import { startProgram } from './program.ts'

const FAILED = 3
const OUTER = 'socktable'
/** For how long the program may take where nobody is left to ask it a second time. */
const LONGEST_WITHOUT_OUTER = 5000
/** Marks the one of the two processes that starts the program. */
const INNER = 'SOCKTABLE_RUN_INNER'
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const
/** Windows has not all of them; those it has, it sends to the whole console. */
const OF_WINDOWS = ['SIGINT', 'SIGBREAK', 'SIGHUP'] as const

type Ending = (typeof PASSED_ON)[number] | (typeof OF_WINDOWS)[number]

/** Whether whoever sent it to this process sent it to what it started as well. */
function cameToAll(signal: Ending): boolean {
  if (process.platform === 'win32') return true
  // A terminal sends these to all in the foreground.
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  return hasTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT')
}

/**
 * Waits for a child, passes signals on to it, and ends what is left of its family. Returns its exit
 * code, which starts with 128 where a signal ended it.
 */
async function attend(child: ChildProcess, name: string, bond: Bond): Promise<number> {
  const family = new Family(child, bond)
  let killSignal: NodeJS.Signals = 'SIGTERM'
  let asked = 0
  const hurry = () => {
    family.hurry().catch((error: unknown) => {
      printError(String(error))
    })
  }
  const onSignal = (signal: Ending): void => {
    // On its way to the inner one of two.
    if (name === OUTER) {
      if (child.connected) child.send(signal)
      return
    }
    const toAll = cameToAll(signal)
    if (signal !== 'SIGUSR1' && signal !== 'SIGUSR2' && !toAll) {
      killSignal = signal
      // Whoever asks a second time does not want to wait.
      if (++asked > 1) {
        hurry()
        return
      }
    }
    if (!toAll) child.kill(signal)
  }
  for (const signal of process.platform === 'win32' ? OF_WINDOWS : PASSED_ON) {
    process.on(signal, () => {
      // What came to all came to the outer one too, which passes it on.
      if (!process.connected) onSignal(signal)
    })
  }
  process.on('message', (signal: Ending) => {
    onSignal(signal)
  })
  let impatience: NodeJS.Timeout | undefined
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      printError(`${name} can't be started: ${error.message}`)
      resolve(FAILED)
    })
    child.once('exit', (status, signal) => {
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
    // Where the other of the two was killed, there is nobody left to ask for the end.
    process.once('disconnect', () => {
      child.kill('SIGTERM')
      impatience = setTimeout(hurry, LONGEST_WITHOUT_OUTER)
    })
  })
  process.removeAllListeners('disconnect')
  await family.end(killSignal)
  // Both would keep this process, and with it the reserved port.
  clearTimeout(impatience)
  if (process.connected) process.disconnect()
  return code
}

/**
 * True in the process that is to start the program. On Unix there are two: each looks after what the
 * program started where the other is killed, which no process can notice of itself. Windows needs one.
 */
export function isInner(): boolean {
  return process.platform === 'win32' || process.env[INNER] !== undefined
}

/** Runs the command once more, in a process that is not killed with this one. */
export async function runInner(argv: readonly string[]): Promise<number> {
  const main = process.argv[1] as string
  const bond = bindOffspring()
  const child = spawn(process.execPath, [...process.execArgv, main, 'run', ...argv], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [INNER]: '1' },
  })
  return attend(child, OUTER, bond)
}

export async function runProgram(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const bond = bindOffspring()
  Reflect.deleteProperty(process.env, INNER) // not for the program
  return attend(startProgram(program, args, variables), program, bond)
}
