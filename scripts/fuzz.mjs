// Runs libFuzzer on the parsers, two at a time:
//   node scripts/fuzz.mjs [--seconds N] [PARSER...]
// An input that breaks one is kept in .cache/fuzz/ and the command that shows it again is printed.
import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import typescript from 'typescript'
import { build, findClang } from './native/build.mjs'
import { replaySources } from './native/sources.mjs'
import { root } from './tools/run.mjs'

// The four files of /proc/net have one parser, and so have the two protocols of sock_diag.
const SEEDS = {
  sock_diag_tcp: ['tcp.diag', 'listeners.diag', 'done-with-error.diag', 'error.diag'],
  sock_diag_udp: ['udp4.diag', 'udp6.diag'],
  tcp6: ['tcp6'],
  udp: ['udp'],
  stat: [],
  parent: [],
  status: [],
  arguments: [],
  processes: [],
  link: [],
  mounts: [],
  mib: [],
  owners: [],
  query: [],
  pcblist: [],
  mac: [],
  mac_arguments: [],
  match: [],
}
const { ModuleKind, ScriptTarget, transpileModule } = typescript
const FIXTURES = join(root, 'test', 'fixtures')
const MIB_TABLES = ['tcp4', 'tcp6', 'udp4', 'udp6'].flatMap((kind) =>
  ['plain', 'owner', 'module'].map((detail) => `${kind}-${detail}`),
)
const WRITTEN_SEEDS = {
  stat: ['1 (a) (b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0\n'],
  parent: ['1 (a) (b) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0\n'],
  status: ['Name:\ta\nTgid:\t12\nPid:\t12\nUid:\t0\t1000\t0\t0\n'],
  arguments: ['node\0-e\0\0'],
  processes: [Buffer.alloc(192, 1)],
  mac_arguments: ['\x02\0\0\0/bin/node\0\0\0node\0-e\0PATH=/bin\0'],
  link: ['socket:[4026531840]', 'pipe:[1]'],
  mounts: ['22 1 0:21 / /proc rw,relatime shared:5 - proc proc rw,hidepid=invisible\n'],
  match: [Buffer.from([2, 1, 80, 5, 1, 2, 80, 5, 2, 2, 80, 6, 2, 3, 80, 2, 3])],
}

// A table of IP Helper stands behind the number of its layout.
WRITTEN_SEEDS.mib = MIB_TABLES.map((name, index) =>
  Buffer.concat([Buffer.from([index]), readFileSync(join(FIXTURES, 'wine-10-x64', `${name}.mib`))]),
)

// The built package encodes queries: the addon alone has the numbers.
const { encodeQuery } = await import(join(root, 'dist', 'table', 'options.js'))
const QUERY = { localPort: 80, remotePort: { from: 8000, to: 8080 }, pid: 42, include: 'details' }
WRITTEN_SEEDS.query = [encodeQuery(QUERY).encoded]

// What the tests build macOS's lists with, which is TypeScript.
const builder = transpileModule(readFileSync(join(root, 'test', 'support', 'pcblist.ts'), 'utf8'), {
  compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
})
const { group, list, record64 } = await import(
  `data:text/javascript,${encodeURIComponent(builder.outputText)}`
)
const LISTENER = { version: 3, localPort: 3000, state: 1, lastPid: 7 }
const tcpList = list([group('12', LISTENER), group('26', { localPort: 80, remotePort: 9 })])
const pcblist = (which, bytes) => Buffer.concat([Buffer.from([which, ...Array(8).fill(1)]), bytes])
const item = (kind, ...parts) => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from(kind), Buffer.from(Uint32Array.of(body.length).buffer), body])
}
WRITTEN_SEEDS.pcblist = [pcblist(0, tcpList), pcblist(2, list([record64(LISTENER)]))]
WRITTEN_SEEDS.mac = [
  Buffer.concat([
    item('l', [0, 0, 0, 8, 0, 0], tcpList),
    item('l', [1, 0, 0, 8, 0, 0], list([group('26', { protocol: 'udp', localPort: 53 })])),
    item('p', [7, 0, 0, 0, 1, 0, 0, 0, 0], 'node'),
    item('s', [3, 0, 0, 0, 0], list([group('26', LISTENER)])),
  ]),
]

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !(name in SEEDS))
if (values.help || unknown.length > 0 || !/^\d+$/.test(values.seconds)) {
  console.log('usage: npm run fuzz -- [--seconds N] [PARSER...]')
  console.log(`parsers: ${Object.keys(SEEDS).join(' ')}`)
  process.exit(values.help ? 0 : 2)
}
const parsers = positionals.length > 0 ? positionals : Object.keys(SEEDS)

const work = join(root, '.cache', 'fuzz')
mkdirSync(work, { recursive: true })
const target = join(work, 'fuzz')
const sanitizers = ['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all']
await build({
  compiler: findClang(),
  flags: ['-g', '-O1', ...sanitizers],
  sources: replaySources('fuzz_main.cc'),
  output: target,
})

function seed(parser) {
  const corpus = join(work, parser)
  mkdirSync(corpus, { recursive: true })
  for (const system of readdirSync(FIXTURES)) {
    for (const name of SEEDS[parser]) {
      const file = join(FIXTURES, system, name)
      if (existsSync(file)) cpSync(file, join(corpus, `${system}-${name}`))
    }
  }
  ;(WRITTEN_SEEDS[parser] ?? []).forEach((text, index) => {
    const bytes = text instanceof Uint32Array ? new Uint8Array(text.buffer) : text
    writeFileSync(join(corpus, `written-${index}`), bytes)
  })
  return corpus
}

async function fuzz(parser) {
  const artifacts = join(work, `broke-${parser}-`)
  const args = [
    `-max_total_time=${values.seconds}`,
    '-max_len=8192',
    '-use_value_profile=1',
    '-print_final_stats=1',
    '-verbosity=0',
    `-artifact_prefix=${artifacts}`,
    seed(parser),
  ]
  const child = spawn(target, args, {
    env: { ...process.env, SOCKTABLE_PARSER: parser },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (chunk) => (text = (text + chunk).slice(-100_000)))
  const code = await new Promise((resolve) => child.once('close', resolve))
  const inputs = /number_of_executed_units: (\d+)/.exec(text)?.[1] ?? '?'
  console.log(`${code === 0 ? 'ok' : 'BROKEN'} ${parser}: ${inputs} inputs`)
  if (code === 0) return true
  console.log(text)
  console.log(`again: SOCKTABLE_PARSER=${parser} ${target} ${artifacts}<...>`)
  return false
}

const waiting = [...parsers]
const results = []
const lane = async () => {
  for (let parser; (parser = waiting.shift()) !== undefined;) results.push(await fuzz(parser))
}
await Promise.all([lane(), lane()])
const failed = results.filter((ok) => !ok).length
console.log(`${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
