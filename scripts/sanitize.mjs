// Runs the parsers and the addon under AddressSanitizer and UndefinedBehaviorSanitizer, and the addon
// under ThreadSanitizer: the owners are looked for by several threads. Any finding fails it.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, findClang, nodeFlags } from './native/build.mjs'
import { addonSources } from './native/sources.mjs'
import { root, run } from './tools/run.mjs'

const compiler = findClang()
const folder = mkdtempSync(join(tmpdir(), 'socktable-sanitize-'))
// Some tests load the addon as another user.
chmodSync(folder, 0o755)
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const STRICT = [
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
  '-fno-omit-frame-pointer',
]
let passed = 0

function check(what, body) {
  console.log(`\n-- ${what}`)
  body()
  passed++
}

/** Builds the addon with more flags, and returns its path. */
async function buildAddon(name, flags) {
  const output = join(folder, `${name}.node`)
  const common = ['-g', '-O1', '-fPIC', '-pthread', ...nodeFlags()]
  await build({
    compiler,
    flags: [...common, ...flags],
    link: ['-shared', '-shared-libsan'],
    sources: addonSources('linux'),
    output,
  })
  return output
}

// Node itself is not instrumented, so the run-time library has to be there before anything else.
function withAddon(addon, name, options) {
  const file = `libclang_rt.${name}-${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch]}.so`
  const path = execFileSync(compiler, [`-print-file-name=${file}`], { encoding: 'utf8' }).trim()
  return { ...process.env, SOCKTABLE_ADDON: addon, LD_PRELOAD: path, ...options }
}

const test = join(root, 'scripts', 'test.mjs')
const smoke = join(root, 'scripts', 'native', 'sanitize-smoke.mjs')

check('parsers over recorded and hostile bytes: address, undefined', () => {
  const replay = join(folder, 'replay')
  run(process.execPath, [join(root, 'scripts', 'build-replay.mjs'), replay, ...STRICT], {
    env: { ...process.env, CXX: compiler },
  })
  const env = { ...process.env, SOCKTABLE_REPLAY: replay }
  run(process.execPath, [test, 'test/replay'], { env })
})

const address = await buildAddon('address', STRICT)
const addressEnv = (leaks) =>
  withAddon(address, 'asan', {
    ASAN_OPTIONS: `detect_leaks=${leaks}:abort_on_error=1`,
    UBSAN_OPTIONS: 'print_stacktrace=1',
    LSAN_OPTIONS: 'print_suppressions=0',
  })
const TESTS = [
  'test/rows/states',
  'test/rows/filters',
  'test/owners/holders',
  'test/processes/facts',
  'test/watch/changes',
  'test/watch/counts',
  'test/watch/owners',
]
check('the addon in the tests of rows, owners, processes and changes: address, undefined', () => {
  run(process.execPath, [test, ...TESTS], { env: addressEnv(0) })
})
check('the addon in many reads of every kind: address, undefined, leaks', () => {
  run(process.execPath, [smoke], { env: addressEnv(1) })
})

const thread = await buildAddon('thread', ['-fsanitize=thread'])
check('the addon in many reads of every kind: threads', () => {
  // Frames of Node itself are not instrumented: only what involves the addon is of interest.
  const env = withAddon(thread, 'tsan', {
    TSAN_OPTIONS: 'halt_on_error=1 exitcode=66 ignore_noninstrumented_modules=1',
  })
  run(process.execPath, [smoke], { env })
})

console.log(`\n${passed} passed, 0 failed`)
