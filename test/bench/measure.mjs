// The part of the benchmark that measures: one JSON argument, Markdown on stdout.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { questions } from './contestants.mjs'
import { describeMachine } from './machine.mjs'
import { report } from './report.mjs'

const PROCESSES = 50
const LEAST_TURNS = 5
const MOST_TURNS = 200
const TURN_MS = 50
const MOST_RUNS_PER_TURN = 10
const MEMORY_RUNS = 5

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Opens sockets in processes that end with this one, by the end of their input. */
async function startLoad(size) {
  const load = spawn('python3', [here('load.py'), String(size), String(PROCESSES)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(load, 'close')
  const lines = createInterface({ input: load.stdout })
  const [line] = await Promise.race([once(lines, 'line'), closed])
  const [port, pid] = String(line).split(' ').map(Number)
  if (!pid) throw new Error('the load did not start')
  const end = () => {
    load.stdin.end()
    return closed
  }
  return { size, port, pid, end }
}

/**
 * One turn of a contestant. In a running process the first run after others had the machine finds
 * cold caches, so it does not count; a program that is started has no other run than its first.
 */
async function turn({ running, ask }) {
  await setImmediate() // what blocks leaves no other time to notice the end of the parent
  if (running) await ask()
  const times = []
  const end = performance.now() + TURN_MS
  do times.push(await ask())
  while (running && performance.now() < end && times.length < MOST_RUNS_PER_TURN)
  return times
}

/** Drops who is missing, or fails or answers wrongly in a first turn, and says why. */
async function qualify(contestants) {
  const able = []
  const excluded = {}
  for (const contestant of contestants) {
    try {
      if (contestant.missing !== undefined) throw new Error(contestant.missing)
      await turn(contestant)
      able.push(contestant)
    } catch (error) {
      excluded[contestant.name] = error.message.split('\n')[0]
    }
  }
  return { able, excluded }
}

/** Asks everybody in turn, so that a slower or faster minute of the machine hits all alike. */
async function measure(contestants, seconds) {
  const { able, excluded } = await qualify(contestants)
  const times = Object.fromEntries(contestants.map(({ name }) => [name, []]))
  const end = performance.now() + seconds * 1000
  for (let round = 0; round < LEAST_TURNS || performance.now() < end; round++) {
    if (round === MOST_TURNS) break
    const first = round % able.length
    for (const contestant of [...able.slice(first), ...able.slice(0, first)]) {
      times[contestant.name].push(...(await turn(contestant)))
    }
  }
  return { times, excluded }
}

function peakMemory(...args) {
  const command = ['--expose-gc', here('memory.mjs'), ...args.map(String)]
  const run = () => Number(execFileSync(process.execPath, command, { encoding: 'utf8' }))
  return Array.from({ length: MEMORY_RUNS }, run)
}

const { floor, sizes, seconds, json } = JSON.parse(process.argv[2])
process.on('disconnect', () => {
  rmSync(dirname(floor), { recursive: true, force: true })
  process.exit(1)
})
const results = []
for (const size of sizes) {
  console.error(`${size} sockets: opening`)
  const load = await startLoad(size)
  const measured = {}
  for (const { question, contestants } of await questions(floor, load)) {
    console.error(`${size} sockets: ${question}`)
    measured[question] = await measure(contestants, seconds)
    globalThis.gc() // the garbage of one question is not the next one's
  }
  console.error(`${size} sockets: memory`)
  // Of fewer rows the memory is lost among what Node.js itself does.
  const memory =
    size < 10_000
      ? undefined
      : { again: peakMemory(load.port), first: peakMemory(load.port, 'first') }
  results.push({ size, processes: PROCESSES, questions: measured, memory })
  await load.end()
}
const machine = describeMachine()
if (json !== undefined) writeFileSync(json, JSON.stringify({ machine, results }, null, 2))
console.log(report(machine, results))
process.exit()
