// Makes the addon for one target of each system once more, from a copy of the sources somewhere else,
// and compares it with what "npm run prebuild:all" made: the same bytes.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './tools/run.mjs'

const FILES = {
  'linux-x64-musl': 'linux-x64/socktable.musl.node',
  'darwin-arm64': 'darwin-arm64/socktable.node',
  'win32-x64': 'win32-x64/socktable.node',
}

const copy = mkdtempSync(join(tmpdir(), 'socktable-copy-'))
process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
for (const part of ['package.json', 'binding.gyp', 'native', 'scripts']) {
  cpSync(join(root, part), join(copy, part), { recursive: true })
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
run(process.execPath, [join(copy, 'scripts', 'prebuild.mjs'), ...Object.keys(FILES)])

let failed = 0
for (const [target, file] of Object.entries(FILES)) {
  const [once, again] = [root, copy].map((folder) => readFileSync(join(folder, 'prebuilds', file)))
  const same = once.equals(again)
  console.log(`${same ? 'ok' : 'not ok'} - ${target}: the same bytes twice`)
  if (!same) failed++
}
console.log(`${Object.keys(FILES).length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
