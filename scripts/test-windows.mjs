// Runs the tests that apply to Windows on an official node.exe under Wine, with the addon that the
// cross compiler makes. Takes a Linux machine and root; what it needs it fetches the first time.
//   node scripts/test-windows.mjs [VITEST ARGUMENTS...]
import { cpSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './native-tools.mjs'
import { windowsBed } from './windows-bed.mjs'
import { zig } from './zig.mjs'

// Long enough for a machine that is busy; nothing here takes half of it.
const MOST_MINUTES = 10

const bed = windowsBed()
run(process.execPath, [join(root, 'scripts', 'prebuilds.mjs'), 'win32-x64'])

// Of this run alone: there may be others.
const name = `project-${process.pid}`
const project = join(bed.shared, name)
mkdirSync(project)
process.on('exit', () => rmSync(project, { recursive: true, force: true }))
cpSync(join(bed.modules, 'node_modules'), join(project, 'node_modules'), { recursive: true })
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

// A Windows program can't write to a pipe of Linux (libuv takes no such handle): to a file it can.
const log = join(project, 'output.txt')
const output = openSync(log, 'w')
const vitest = `Z:\\bed\\${name}\\node_modules\\vitest\\vitest.mjs`
const words = ['Z:\\bed\\node.exe', vitest, 'run', ...process.argv.slice(2)]
const inProject = ['sh', '-c', `cd /bed/${name} && exec "$@"`, 'sh', '/usr/lib/wine/wine64']
const { status, signal, error } = bed.inside([...inProject, ...words], {
  stdio: ['ignore', output, output],
  timeout: MOST_MINUTES * 60_000,
  killSignal: 'SIGKILL',
  env: {
    SOCKTABLE_HANDLES: `Z:\\bed\\${name}\\handles.exe`,
    NO_COLOR: '1',
    ...(process.env.CI && { CI: process.env.CI }),
  },
})
process.stdout.write(readFileSync(log, 'utf8').replace(/^error: XDG_RUNTIME_DIR.*\n/gm, ''))
if (error) throw error
if (status !== 0) console.error(`the tests on Windows ended with ${signal ?? status}`)
process.exitCode = status === 0 ? 0 : 1
