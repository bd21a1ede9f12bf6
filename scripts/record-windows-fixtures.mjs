// Records test/fixtures/wine-*: the tables of IP Helper under Wine, by scripts/record-mib.c.
import {
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { root, run } from './native-tools.mjs'
import { windowsBed } from './windows-bed.mjs'
import { zig } from './zig.mjs'

const bed = windowsBed()
const folder = join(bed.shared, 'record')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const program = join(folder, 'record-mib.exe')
const libraries = ['-lws2_32', '-liphlpapi']
const source = join(root, 'scripts', 'record-mib.c')
run(zig(), [
  'cc',
  '-target',
  'x86_64-windows-gnu',
  '-O1',
  '-s',
  '-o',
  program,
  source,
  ...libraries,
])
const log = join(folder, 'facts.json')
const output = openSync(log, 'w')
const words = ['sh', '-c', 'cd /bed/record && exec /usr/lib/wine/wine64 record-mib.exe 2>/dev/null']
const { status } = bed.inside(words, { stdio: ['ignore', output, 'inherit'], timeout: 60_000 })
if (status !== 0) throw new Error(`record-mib.exe ended with ${status}`)

const fixtures = join(root, 'test', 'fixtures', 'wine-10-x64')
mkdirSync(fixtures, { recursive: true })
for (const name of readdirSync(folder).filter((each) => each.endsWith('.mib'))) {
  cpSync(join(folder, name), join(fixtures, name))
}
writeFileSync(join(fixtures, 'facts.json'), readFileSync(log))
