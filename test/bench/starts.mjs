// How long the command takes from its start to its end, as multiples of a Node.js that does nothing.
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

/** The command as npm links to it. */
export const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const RUNS = 40
/** The first ones fill caches, V8's compile cache among them. */
const WARM_UP = 3

function timeOf(words) {
  const start = performance.now()
  const { error, status, stderr } = spawnSync(process.execPath, words)
  if (error) throw error
  if (status !== 0) throw new Error(`${words.join(' ')}: exit code ${status}: ${stderr}`)
  return performance.now() - start
}

/** Runs each in turn, so that a slower or faster minute of the machine hits all alike. */
export async function startTimes() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const contestants = {
    'node -e 0': ['-e', '0'],
    'socktable --version': [COMMAND, '--version'],
    'socktable who PORT': [COMMAND, 'who', String(server.address().port)],
    socktable: [COMMAND],
  }
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  for (let run = -WARM_UP; run < RUNS; run++) {
    for (const [name, words] of Object.entries(contestants)) {
      const time = timeOf(words)
      if (run >= 0) times[name].push(time)
    }
  }
  server.close()
  return times
}
