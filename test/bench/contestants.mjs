// Everybody who takes part. Each has a way to be asked once, which gives milliseconds and throws
// where the answer is wrong.
import { spawnSync } from 'node:child_process'
import { clearInterval, setInterval, setTimeout } from 'node:timers'
import { fileURLToPath } from 'node:url'
import { binding } from '../../dist/binding.js'
import {
  listListenersSync,
  listSockets,
  listSocketsSync,
  portOwnersSync,
} from '../../dist/index.js'
import { decodeTable } from '../../dist/table/decode.js'
import { encodeQuery } from '../../dist/table/options.js'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Debian's psutil comes with Debian's Python; another one may stand before it in PATH. */
export const PYTHON = '/usr/bin/python3'

function demand(right) {
  if (!right) throw new Error('wrong answer')
}

/** Something in this process. `check` gets its answer. */
const called = (name, ask, check) => ({
  name,
  running: true,
  ask: async () => {
    const start = performance.now()
    const answer = await ask()
    const time = performance.now() - start
    demand(check(answer))
    return time
  },
})

const calledSync = (name, ask, check) => ({
  ...called(name, ask, check),
  ask: () => {
    const start = performance.now()
    const answer = ask()
    const time = performance.now() - start
    demand(check(answer))
    return time
  },
})

/** A program that is started for each answer, as its users have to. `check` gets its output. */
const program = (name, command, check) => ({
  name,
  ask: () => {
    const start = performance.now()
    const { error, status, stdout } = spawnSync(command[0], command.slice(1), {
      maxBuffer: 2 ** 30,
    })
    const time = performance.now() - start
    if (error) throw error.code === 'ENOENT' ? new Error('not installed') : error
    demand(status === 0 && check(stdout))
    return time
  },
})

/** A program that measures itself and prints milliseconds and a count. */
const measured = (name, command, check) => ({
  name,
  ask: () => {
    const { error, status, stdout } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' })
    if (error || status !== 0) throw new Error('not installed')
    const [time, count] = stdout.split(' ').map(Number)
    demand(check(count))
    return time
  },
})

/** A package in test/bench/node_modules. It starts programs itself, so its first run is as good. */
async function peer(name, ask, check) {
  try {
    const module = await import(name)
    const { ask: timed } = called(name, () => ask(module), check)
    return { name, ask: timed }
  } catch {
    return { name, missing: 'not installed' }
  }
}

function countOf(text, buffer) {
  let count = 0
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + 1)) count++
  return count
}

/** The longest time for which a timer of one millisecond was kept waiting during a read. */
async function longestPause() {
  const INTERVAL = 1
  let worst = 0
  let last = performance.now()
  const tick = () => {
    const now = performance.now()
    worst = Math.max(worst, now - last - INTERVAL)
    last = now
  }
  const timer = setInterval(tick, INTERVAL)
  await listSockets()
  await new Promise((resolve) => setTimeout(resolve, INTERVAL))
  tick()
  clearInterval(timer)
  return worst
}

function decoding() {
  const buffer = binding().readSync(encodeQuery())
  const start = performance.now()
  decodeTable(buffer)
  return performance.now() - start
}

export const FLOOR = 'plain C (floor)'
export const SOCKTABLE = 'socktable'

/** All questions, with who is asked. */
export async function questions(floor, { size, port, pid }) {
  // Some tell TCP alone, and one socket in a hundred or so is another's.
  const enough = (count) => count >= size * 0.9
  const enoughRows = ({ rows }) => enough(rows.length)
  const enoughOwned = ({ rows }) => enough(rows.filter((row) => row.pid !== null).length)
  const enoughOf = (text) => (stdout) => enough(countOf(text, stdout))
  const rightOwner = ({ owners }) => owners.length === 1 && owners[0].pid === pid
  const namesOwner = (stdout) => new RegExp(`\\b${pid}\\b`).test(stdout)
  const listeners = { check: ({ rows }) => rows.length >= 100 && rows.every((row) => row.pid) }
  return [
    {
      question: 'all sockets, without owners',
      contestants: [
        measured(FLOOR, [floor, 'dump', '5'], enough),
        calledSync(SOCKTABLE, () => listSocketsSync({ owners: 'none' }), enoughRows),
        calledSync(
          'socktable, /proc/net',
          () => listSocketsSync({ owners: 'none', source: 'procfs' }),
          enoughRows,
        ),
        program('`ss -Htan`', ['ss', '-Htan'], enoughOf('\n')),
      ],
    },
    {
      question: 'all sockets, with owners',
      contestants: [
        measured(FLOOR, [floor, 'owners', '3'], enough),
        calledSync(SOCKTABLE, () => listSocketsSync(), enoughOwned),
        called('socktable, asynchronous', () => listSockets(), enoughOwned),
        program('`ss -Htanp`', ['ss', '-Htanp'], enoughOf('pid=')),
        program('`netstat -tanp`', ['netstat', '-tanp'], enoughOf('/')),
        measured('psutil', [PYTHON, here('psutil-times.py'), '1'], enough),
        await peer(
          'systeminformation',
          (module) => module.default.networkConnections(),
          (rows) => enough(rows.filter((row) => row.pid > 0).length),
        ),
      ],
    },
    {
      question: 'the listeners, with owners',
      contestants: [
        calledSync(SOCKTABLE, () => listListenersSync(), listeners.check),
        program('`ss -Htulnp`', ['ss', '-Htulnp'], (stdout) => countOf('pid=', stdout) >= 100),
      ],
    },
    {
      question: 'the owner of one listening port',
      contestants: [
        calledSync(SOCKTABLE, () => portOwnersSync(port), rightOwner),
        calledSync(
          "socktable, `owners: 'all'`",
          () => portOwnersSync(port, { owners: 'all' }),
          rightOwner,
        ),
        program(
          '`socktable who` (starts Node.js)',
          [process.execPath, here('../../dist/cli/main.js'), 'who', String(port)],
          namesOwner,
        ),
        program('`ss -Hltnp sport`', ['ss', '-Hltnp', `sport = :${port}`], namesOwner),
        program('`lsof -iTCP`', ['lsof', '-nP', `-iTCP:${port}`, '-sTCP:LISTEN'], namesOwner),
        await peer(
          'pid-port',
          (module) => module.portToPid(port),
          (answer) => answer === pid,
        ),
        await peer(
          'find-process',
          (module) => module.default('port', port),
          (answer) => answer.some((found) => found.pid === pid),
        ),
      ],
    },
    {
      question: 'the longest pause of the event loop',
      contestants: [
        { name: 'decoding alone', running: true, ask: decoding },
        { name: 'socktable, asynchronous', running: true, ask: longestPause },
      ],
    },
  ]
}
