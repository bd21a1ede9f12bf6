// Everybody who takes part: each is asked for one round at a time and gives its milliseconds.
import { execFileSync, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { inspectPortSync, listSockets, listSocketsSync } from '../../dist/index.js'
import { COMMAND } from './starts.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const require = createRequire(import.meta.url)

/** In one process the first run after others had the machine is a slow one: the third counts. */
const RUNS = 3

function once(body) {
  const start = performance.now()
  body()
  return performance.now() - start
}

function timed(body) {
  for (let run = 1; run < RUNS; run++) body()
  return once(body)
}

async function timedAsync(body) {
  for (let run = 1; run < RUNS; run++) await body()
  const start = performance.now()
  await body()
  return performance.now() - start
}

/** A program that is started for each answer, as its users have to. */
function program(name, ...args) {
  const missing = spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0
  const look = () => spawnSync(name, args, { maxBuffer: 2 ** 30 })
  return { missing, look, round: () => once(look) }
}

/** A program that measures itself. */
const measured = (name, ...args) => ({
  round: () => Number(execFileSync(name, args, { encoding: 'utf8' }).trim().split('\n').at(-1)),
})

function peer(name, ask) {
  try {
    const module = require(name)
    const look = () => ask(module)
    return { look, round: () => timedAsync(look) }
  } catch {
    return { missing: true }
  }
}

/** The longest time for which the event loop did not turn during an asynchronous read. */
async function loopDelay() {
  let last = performance.now()
  let worst = 0
  let reading = true
  const turn = () => {
    const now = performance.now()
    worst = Math.max(worst, now - last)
    last = now
    if (reading) setImmediate(turn)
  }
  setImmediate(turn)
  await listSockets()
  reading = false
  turn()
  return worst
}

/** All contestants, in groups that are asked the same question. */
export function contestants(floor, port) {
  const python = ['/usr/bin/python3', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import psutil']).status === 0,
  )
  return {
    'all sockets, without owners': [
      { name: 'plain C (floor)', ...measured(floor, 'dump', '3') },
      { name: 'socktable', round: () => timed(() => listSocketsSync({ owners: 'none' })) },
      {
        name: 'socktable from /proc/net',
        round: () => timed(() => listSocketsSync({ owners: 'none', source: 'procfs' })),
      },
      { name: 'ss -Htan', ...program('ss', '-Htan') },
    ],
    'all sockets, with owners': [
      { name: 'plain C (floor)', ...measured(floor, 'owners', '3') },
      { name: 'socktable', round: () => timed(() => listSocketsSync()) },
      { name: 'socktable, asynchronous', round: () => timedAsync(() => listSockets()) },
      { name: 'ss -Htanp', slow: true, ...program('ss', '-Htanp') },
      { name: 'netstat -tanp', slow: true, ...program('netstat', '-tanp') },
      python === undefined
        ? { name: 'psutil', missing: true }
        : { name: 'psutil', slow: true, ...measured(python, here('psutil-times.py'), '3') },
      {
        name: 'systeminformation',
        slow: true,
        ...peer('systeminformation', (module) => module.networkConnections()),
      },
    ],
    'all sockets with owners, whole processes': [
      {
        name: 'socktable list --all --json',
        ...program(process.execPath, COMMAND, 'list', '--all', '--json'),
      },
      { name: 'ss -Htanp', slow: true, ...program('ss', '-Htanp') },
    ],
    'the owner of one listening port': [
      { name: 'socktable', round: () => timed(() => inspectPortSync(port, { listening: true })) },
      {
        name: 'socktable, every holder',
        round: () => timed(() => inspectPortSync(port, { listening: true, owners: 'all' })),
      },
      { name: 'ss with a filter', ...program('ss', '-Hltnp', `sport = :${port}`) },
      { name: 'lsof', slow: true, ...program('lsof', '-nP', `-iTCP:${port}`, '-sTCP:LISTEN') },
      { name: 'pid-port', slow: true, ...peer('pid-port', (module) => module.portToPid(port)) },
      {
        name: 'find-process',
        slow: true,
        ...peer('find-process', (module) => (module.default ?? module)('port', port)),
      },
    ],
    'the listening sockets, with owners': [
      { name: 'socktable', round: () => timed(() => listSocketsSync({ listening: true })) },
      { name: 'ss -Hltunp', ...program('ss', '-Hltunp') },
    ],
    'the longest pause of the event loop': [{ name: 'socktable, asynchronous', round: loopDelay }],
  }
}
