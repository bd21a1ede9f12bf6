// Records test/fixtures/wine-*: the tables of IP Helper under Wine, by scripts/native/record-mib.c.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runOnWine } from './environments/wine.mjs'
import { root, run } from './tools/run.mjs'
import { zig } from './tools/zig.mjs'

const folder = mkdtempSync(join(tmpdir(), 'socktable-record-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const program = join(folder, 'record-mib.exe')
const libraries = ['-lws2_32', '-liphlpapi']
const source = join(root, 'scripts', 'native', 'record-mib.c')
const flags = ['-target', 'x86_64-windows-gnu', '-O1', '-s']
run(zig(), ['cc', ...flags, '-o', program, source, ...libraries])
const words = ['Z:\\mnt\\record-mib.exe']
const { status, stdout } = runOnWine(folder, folder, words, { timeout: 60_000 })
if (status !== 0) throw new Error(`record-mib.exe ended with ${status}: ${stdout}`)

const fixtures = join(root, 'test', 'fixtures', 'wine-10-x64')
mkdirSync(fixtures, { recursive: true })
for (const name of readdirSync(folder).filter((each) => each.endsWith('.mib'))) {
  cpSync(join(folder, name), join(fixtures, name))
}
writeFileSync(join(fixtures, 'facts.json'), stdout)
