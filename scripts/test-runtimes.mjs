// Installs the packed package without compilers and scripts, and uses it under other runtimes than the
// one that this is: those of scripts/runtimes/list.mjs. Needs the prebuilds: "npm run prebuild:all"
// first.
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectWithPackage } from './package/project.mjs'
import { targetsTable } from './prebuild/targets.mjs'
import { RUNTIMES } from './runtimes/list.mjs'
import { root } from './tools/run.mjs'

/** The addon that a runtime has to load, as its path ends: to Windows with other separators. */
function addonOf(target) {
  const [platform, arch, libc = 'socktable'] = target.split('-')
  return new RegExp(`[\\\\/]prebuilds[\\\\/]${platform}-${arch}[\\\\/].*${libc}\\.node$`, 'm')
}

const project = projectWithPackage('runtimes')
copyFileSync(join(root, 'scripts', 'runtimes', 'check.cjs'), join(project, 'check.cjs'))
const passed = []
let failed = 0

for (const runtime of RUNTIMES) {
  const what = `${runtime.target}: ${runtime.name}, ${runtime.on}`
  if (runtime.missing) {
    console.log(`${process.env.CI ? 'not ok' : 'skipped'} - ${what}: ${runtime.missing}`)
    if (process.env.CI) failed++
    continue
  }
  const started = performance.now()
  const { status, stdout, stderr, error } = runtime.run(project, 'check.cjs')
  const ok = status === 0 && addonOf(runtime.target).test(stdout)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${ok ? 'ok' : 'not ok'} - ${what}, ${seconds} s`)
  if (ok) passed.push(runtime)
  else {
    failed++
    console.log(error ?? `${stdout}${stderr}`)
  }
}
console.log(`\n${targetsTable(passed)}`)
if (!readFileSync(join(root, 'docs', 'systems.md'), 'utf8').includes(targetsTable(RUNTIMES))) {
  failed++
  console.log(`not ok - docs/systems.md has another table than:\n${targetsTable(RUNTIMES)}`)
}
console.log(`${passed.length} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
