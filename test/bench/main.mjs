// npm run bench: socktable beside a plain C floor and everybody who answers the same questions, in
// one run, in a network namespace of its own. Prints Markdown, which README.md shows. This part does
// what takes the network and the disk; measure.mjs measures inside the namespace.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const HELP = `usage: npm run bench -- [--sizes 1000,10000,50000] [--seconds N] [--json FILE]

  --sizes    how many sockets there are, in 50 processes; each from 500 to 500000
  --seconds  how long each question is asked at each size, more where everybody would not have had
             5 turns by then (default 15)
  --json     keeps all measurements in a file

Builds dist/ first; it measures the native addon as "npm run build" left it. Linux, with cc, python3,
unshare and ip; those to compare with may be missing (Debian: iproute2 net-tools lsof python3-psutil).`

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        sizes: { type: 'string', default: '1000,10000,50000' },
        seconds: { type: 'string', default: '15' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    const sizes = values.sizes.split(',').map(Number)
    const seconds = Number(values.seconds)
    const right = sizes.every((size) => Number.isInteger(size) && size >= 500 && size <= 500_000)
    if (right && seconds > 0) return { ...values, sizes, seconds }
    console.error(HELP)
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`)
  }
  process.exit(2)
}

function installPeers() {
  if (existsSync(here('node_modules'))) return
  console.error('installing the npm packages to compare with')
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: here('.'),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) console.error('they can not be had: the table will say so')
}

const options = readOptions()
if (options.help) {
  console.log(HELP)
  process.exit(0)
}
installPeers()
execFileSync('npm', ['run', 'build:ts'], { cwd: here('../..'), stdio: ['ignore', 'ignore', 2] })

const folder = mkdtempSync(join(tmpdir(), 'socktable-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
const floor = join(folder, 'floor')
execFileSync(process.env.CC ?? 'cc', ['-O2', '-o', floor, here('floor.c')])

const namespaces = process.getuid() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net']
const task = { floor, sizes: options.sizes, seconds: options.seconds }
if (options.json !== undefined) task.json = resolve(options.json)
const words = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath]
// The channel is there to be closed: it tells the other side that this one has ended.
const inside = spawn(
  'unshare',
  [...namespaces, ...words, '--expose-gc', here('measure.mjs'), JSON.stringify(task)],
  { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
)
inside.on('exit', (code) => process.exit(code ?? 1))
