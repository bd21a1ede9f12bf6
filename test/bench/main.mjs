// npm run bench: socktable beside a plain C floor and everybody who answers the same questions, in one
// run, in turn, in a network namespace of its own. Prints Markdown; docs/benchmarks.md shows it.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { inOwnNetwork } from '../../scripts/environments/own-network.mjs'

const HELP = `usage: npm run bench -- [--sizes 1000,10000,50000] [--seconds N] [--watch N] [--json FILE]

  --sizes    how many sockets there are, in 50 processes and more
  --seconds  how long each question is asked at each size (default 20)
  --watch    how many seconds the last size is watched, with 100 sockets opening and closing per
             second (default 60)
  --json     keeps all measurements in a file`
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Installs the npm packages to compare with, before the namespace shuts the network out. */
function installPeers() {
  if (existsSync(here('node_modules'))) return
  console.error('installing the npm packages to compare with')
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: here('.'),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) console.error('they can not be had: the table will say so')
}

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,50000' },
    seconds: { type: 'string', default: '20' },
    watch: { type: 'string', default: '60' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    inside: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const sizes = values.sizes.split(',').map(Number)
const seconds = Number(values.seconds)
if (!sizes.every((size) => Number.isInteger(size) && size >= 500) || !(seconds > 0)) {
  console.error(HELP)
  process.exit(2)
}
if (!values.inside) {
  installPeers()
  const inside = [process.execPath, fileURLToPath(import.meta.url), '--inside']
  const [unshare, ...words] = inOwnNetwork([...inside, ...process.argv.slice(2)])
  const { status } = spawnSync(unshare, words, { stdio: 'inherit' })
  process.exit(status ?? 1)
}

const { contestants } = await import('./contestants.mjs')
const { report } = await import('./report.mjs')
const { startTimes } = await import('./starts.mjs')

const folder = mkdtempSync(join(tmpdir(), 'socktable-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const floor = join(folder, 'floor')
execFileSync(process.env.CC ?? 'cc', ['-O2', '-o', floor, here('floor.c')])

/** Sockets in processes that end with this one, by the end of their input. */
async function startLoad(size) {
  const processes = Math.max(50, Math.ceil(size / 5000))
  const load = spawn('python3', [here('load.py'), String(size), String(processes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(load.stdout)[Symbol.asyncIterator]()
  const { value } = await lines.next()
  const end = async () => {
    load.stdin.end()
    await new Promise((resolve) => load.once('close', resolve))
  }
  return { port: Number(value), end }
}

/** Asks everybody in turn, so that a slower or faster minute of the machine hits all alike. */
async function ask(group) {
  const present = group.filter(({ missing }) => !missing)
  const times = new Map(group.map(({ name }) => [name, []]))
  const end = performance.now() + seconds * 1000
  for (let round = 0; round < 3 || (performance.now() < end && round < 200); round++) {
    for (const { name, slow, round: run } of present) {
      if (slow && times.get(name).length >= 7) continue
      times.get(name).push(await run())
    }
  }
  return Object.fromEntries(times)
}

/** What this process and those that it has waited for have used so far, in milliseconds. */
function processorTime() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return ticks * 10 // of USER_HZ, which is 100
}

const LOOKS = 5

/** The processor time of a look by those who look again each time; null of who is not there. */
async function processorTimes(group) {
  const times = {}
  for (const name of ['ss -Htanp', 'systeminformation']) {
    const { missing, look } = group.find((contestant) => contestant.name === name)
    const before = processorTime()
    for (let count = 0; count < LOOKS && !missing; count++) await look()
    times[name] = missing ? null : (processorTime() - before) / LOOKS
  }
  return times
}

console.error('starts of the command')
const starts = await startTimes()

const results = []
const looks = {}
for (const size of sizes) {
  console.error(`${size} sockets: opening`)
  const load = await startLoad(size)
  try {
    const times = {}
    const groups = contestants(floor, load.port)
    for (const [question, group] of Object.entries(groups)) {
      console.error(`${size} sockets: ${question}`)
      times[question] = await ask(group)
    }
    if (size === sizes.at(-1)) {
      Object.assign(looks, await processorTimes(groups['all sockets, with owners']))
    }
    const memory = Array.from({ length: 5 }, () =>
      Number(
        execFileSync(process.execPath, ['--expose-gc', here('memory.mjs')], { encoding: 'utf8' }),
      ),
    )
    results.push({ size, times, memory })
  } finally {
    await load.end()
  }
}

function watch(size) {
  console.error(`${size} sockets: watching`)
  const words = [floor, size, 100, 100, Number(values.watch), 1000].map(String)
  const output = execFileSync(process.execPath, ['--expose-gc', here('soak.mjs'), ...words], {
    encoding: 'utf8',
  })
  return JSON.parse(output)
}
const watched = { ...watch(sizes.at(-1)), looks }

const version = (name, ...args) => spawnSync(name, args, { encoding: 'utf8' }).stdout?.trim()
const machine = {
  cpu: `${cpus().length} × ${cpus()[0].model.trim()}`,
  kernel: release(),
  node: process.version,
  ss: version('ss', '-V'),
}
if (values.json)
  writeFileSync(values.json, JSON.stringify({ machine, starts, results, watched }, null, 2))
console.log(report({ machine, starts, results, watched }))
