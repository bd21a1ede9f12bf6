// node --expose-gc test/bench/soak.mjs FLOOR SOCKETS PROCESSES RATE SECONDS INTERVAL: watches so many
// steady sockets while RATE others open and close per second, and prints as JSON what it cost, beside
// the compiled floor.c at the same pace, and what was reported wrong. It sees all sockets of its network
// namespace.
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout } from 'node:timers'
import { createInterface } from 'node:readline'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { watchSockets } from '../../dist/index.js'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const [floorProgram, ...numbers] = process.argv.slice(2)
const [sockets, processes, rate, seconds, interval] = numbers.map(Number)

function start(program, ...args) {
  const child = spawn(program, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ended = new Promise((resolve) => child.once('close', resolve))
  return { child, ended, line: async () => (await lines.next()).value }
}

/** By inode: the owner that was reported last, and how often the socket was opened and closed. */
const reported = new Map()

function note(row, opened, closed) {
  if (row.inode === null) return
  const known = reported.get(row.inode) ?? { opened: 0, closed: 0 }
  reported.set(row.inode, {
    opened: known.opened + opened,
    closed: known.closed + closed,
    pids: row.pids,
  })
}

/** A connection that nobody has accepted has no inode: it counts as opened once it has one. */
function noteAll({ opened, closed, changed }) {
  for (const row of opened) note(row, 1, 0)
  for (const { before, after } of changed) note(after, before.inode === null ? 1 : 0, 0)
  for (const row of closed) note(row, 0, 1)
}

/** What is wrong about a socket of the log; undefined where nothing is. */
function faultOf([pid, inode, open]) {
  const { opened = 0, closed = 0, pids = [] } = reported.get(inode) ?? {}
  const once = opened === 1 && closed === 1
  const long = open > (2 * interval) / 1000
  // What lived for less may be missed, or be gone before its owner was looked for.
  if (once || (!long && opened === 0 && closed === 0)) {
    if (pids.every((reported) => reported === pid) && (!long || pids.length === 1)) return undefined
  }
  return { pid, inode, open, opened, closed, pids }
}

/** The processor time that this process and the floor, which has one thread, have used so far, in ms. */
function processorTimes() {
  const { user, system } = process.cpuUsage()
  const [nanoseconds] = readFileSync(`/proc/${floor.pid}/schedstat`, 'utf8').split(' ')
  return {
    at: performance.now(),
    own: (user + system) / 1e3,
    floor: Number(nanoseconds) / 1e6,
    floorRuns,
  }
}

const holdings = () => ({
  memory: process.memoryUsage.rss() / 2 ** 20,
  descriptors: readdirSync('/proc/self/fd').length,
})

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time))

const steady = start('python3', here('load.py'), sockets, processes)
await steady.line()
const watcher = watchSockets({ interval, include: 'details' })
const snapshot = (await watcher.next()).value
const turnover = start('python3', here('turnover.py'), rate, Math.min(processes, 10), seconds)
const floor = spawn(floorProgram, ['dump', '1000000', `${interval}`])
let floorRuns = 0
floor.stdout.on('data', () => floorRuns++) // a line each
const measured = turnover.line().then(async (line) => {
  await pause(3 * interval)
  watcher.close()
  return JSON.parse(line)
})

/** How often the monitor's timer fires, in ms. It tells the time from one to the next, this included. */
const RESOLUTION = 1

/** A thread that does nothing: how long its event loop is held is this machine's doing. */
const idle = new Worker(
  `const { monitorEventLoopDelay } = require('node:perf_hooks')
  const { parentPort } = require('node:worker_threads')
  const delay = monitorEventLoopDelay({ resolution: ${RESOLUTION} })
  parentPort.on('message', (begin) => {
    if (begin) return delay.enable()
    parentPort.postMessage(delay.max / 1e6 - ${RESOLUTION})
  })`,
  { eval: true },
)
const idleDelay = new Promise((resolve) => idle.once('message', resolve))

const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
let before, between, held
// The first third warms up. The delay has a third of its own: its timers take processor time, and
// the floor takes a core of a small machine.
setTimeout(() => {
  globalThis.gc()
  held = holdings()
  before = processorTimes()
}, seconds * 333)
setTimeout(() => {
  between = processorTimes()
  floor.kill('SIGSTOP') // its pipes are held to the end
  delay.enable()
  idle.postMessage(true)
}, seconds * 667)
// Before the log comes, which takes this thread a while to read.
setTimeout(() => {
  delay.disable()
  idle.postMessage(false)
}, seconds * 950)

// Without what others may have left in TIME_WAIT.
const steadyInodes = new Set(snapshot.opened.flatMap(({ inode }) => inode ?? []))
let steadyChanges = 0
for await (const changes of watcher) {
  noteAll(changes)
  const rows = [...changes.opened, ...changes.closed, ...changes.changed.map(({ after }) => after)]
  steadyChanges += rows.filter(({ inode }) => steadyInodes.has(inode)).length
}
globalThis.gc()
const growth = Object.entries(holdings()).map(([name, now]) => [name, now - held[name]])
floor.kill('SIGKILL')
await idle.terminate()
const rounds = (between.at - before.at) / interval
const log = await measured
const faults = log.map(faultOf).filter((fault) => fault !== undefined)
const result = {
  steady: steadyInodes.size,
  steadyChanges,
  logged: log.length,
  outlived: log.filter(([, , open]) => open > (2 * interval) / 1000).length,
  faults,
  processor: (between.own - before.own) / rounds,
  floor: (between.floor - before.floor) / (between.floorRuns - before.floorRuns),
  delay: { most: delay.max / 1e6 - RESOLUTION, idle: await idleDelay },
  growth: Object.fromEntries(growth),
}
console.log(JSON.stringify(result))
steady.child.stdin.end()
await Promise.all([steady.ended, turnover.ended])
