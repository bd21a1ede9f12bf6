// Running programs: what all scripts share.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The folder of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a program to its end; a failure ends this script too. */
export function run(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, { stdio: 'inherit', ...options })
  if (error) throw error
  if (status !== 0) {
    console.error(`${program} ${args.join(' ')}: ${signal ?? `exit code ${status}`}`)
    process.exit(1)
  }
}

/**
 * Runs a program once for each list of arguments, as many at a time as there are cores. All of them
 * have their say before a failure ends this script too.
 */
export async function runAll(program, lists, options = {}) {
  const waiting = [...lists]
  let failures = 0
  const lane = async () => {
    for (let args; (args = waiting.shift()) !== undefined;) {
      const child = spawn(program, args, { stdio: 'inherit', ...options })
      const [status, signal] = await once(child, 'close')
      if (status === 0) continue
      console.error(`${program} ${args.join(' ')}: ${signal ?? `exit code ${status}`}`)
      failures++
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
  if (failures > 0) process.exit(1)
}

/** The first of these programs that is installed; ends the script where none is. */
export function findProgram(names, debianPackage) {
  const found = names.find((name) => spawnSync(name, ['--version']).status === 0)
  if (found !== undefined) return found
  console.error(
    `none of ${names.join(', ')} is installed (Debian: apt-get install ${debianPackage})`,
  )
  process.exit(1)
}
