/** Runs a program and ends every process that it started. */

import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { type Bond, bindOffspring } from '../../processes/offspring.ts'
import { printError } from '../output.ts'
import { Descendants } from './descendants.ts'
import { startProgram } from './program.ts'

const FAILED = 3
const OUTER = 'socktable'
/** How long the program may take to end where the outer process is gone and no second signal can come. */
const LONGEST_WITHOUT_OUTER = 5000
/** Marks the one of the two processes that starts the program. */
const INNER = 'SOCKTABLE_RUN_INNER'
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const
/** The signals of Windows, which it sends to the whole console. */
const OF_WINDOWS = ['SIGINT', 'SIGBREAK', 'SIGHUP'] as const

type PassedOn = (typeof PASSED_ON)[number] | (typeof OF_WINDOWS)[number]

/** Whether the program got the signal too, from the same sender. */
function wentToAll(signal: PassedOn): boolean {
  if (process.platform === 'win32') return true
  // A terminal sends these to every process in the foreground.
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  return hasTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT')
}

/**
 * Waits for a child, passes signals on to it, and ends its descendants that are left. Returns its exit
 * code, which is 128 plus the number of the signal where one ended it.
 */
async function attend(child: ChildProcess, name: string, bond: Bond): Promise<number> {
  const descendants = new Descendants(child, bond)
  let killSignal: NodeJS.Signals = 'SIGTERM'
  let asked = 0
  const force = () => {
    descendants.force().catch((error: unknown) => {
      printError(String(error))
    })
  }
  const onSignal = (signal: PassedOn): void => {
    // For the inner one of the two.
    if (name === OUTER) {
      if (child.connected) child.send(signal)
      return
    }
    const toAll = wentToAll(signal)
    if (signal !== 'SIGUSR1' && signal !== 'SIGUSR2' && !toAll) {
      killSignal = signal
      // A second signal means that the user does not want to wait.
      if (++asked > 1) {
        force()
        return
      }
    }
    if (!toAll) child.kill(signal)
  }
  for (const signal of process.platform === 'win32' ? OF_WINDOWS : PASSED_ON) {
    process.on(signal, () => {
      // What went to all went to the outer process too, which passes it on.
      if (!process.connected) onSignal(signal)
    })
  }
  process.on('message', (signal: PassedOn) => {
    onSignal(signal)
  })
  let forcing: NodeJS.Timeout | undefined
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      printError(`${name} can't be started: ${error.message}`)
      resolve(FAILED)
    })
    child.once('exit', (status, signal) => {
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
    // The outer process was killed: nothing else would ask the program to end.
    process.once('disconnect', () => {
      child.kill('SIGTERM')
      forcing = setTimeout(force, LONGEST_WITHOUT_OUTER)
    })
  })
  process.removeAllListeners('disconnect')
  await descendants.end(killSignal)
  // Both would keep this process running, and with it the reserved port.
  clearTimeout(forcing)
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
