// Fills prebuilds/ with the addon, named as node-gyp-build looks for it, and checks what it made:
//   node scripts/prebuilds.mjs [TARGET... | --all]
// Without a target, or for this machine's own, node-gyp builds and the result is loaded. Others
// (win32-x64, win32-arm64, win32-ia32) are made by scripts/cross-gyp.mjs and looked into.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './native-tools.mjs'
import { checkWindowsAddon } from './windows-addon.mjs'

const require = createRequire(import.meta.url)
const prebuildify = require.resolve('prebuildify/bin.js')
const HOST = `${process.platform}-${process.arch}`
const CROSS = ['win32-x64', 'win32-arm64', 'win32-ia32']

function run(program, args, env = {}) {
  const { status, error } = spawnSync(program, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

// Node-API is the same in every version, so the headers of the running one do.
const COMMON = [prebuildify, '--napi', '--target', process.versions.node]

function buildForHost() {
  // A Linux file without a libc tag would be taken for every libc: see node-gyp-build's rules.
  const tags = process.platform === 'linux' ? ['--tag-libc'] : []
  run(process.execPath, [...COMMON, '--strip', ...tags])
  const load = "require('node-gyp-build')(process.cwd()).readSync"
  run(process.execPath, ['-e', load], { PREBUILDS_ONLY: '1' })
}

function buildFor(target) {
  const [platform, arch] = target.split('-')
  // Without --strip: this machine's strip knows no other systems, and the linker leaves nothing.
  // Elsewhere, since it would take the place of this machine's own build.
  const folder = mkdtempSync(join(tmpdir(), 'socktable-prebuild-'))
  try {
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
    const gyp = join(root, 'scripts', 'cross-gyp.mjs')
    const place = ['--cwd', folder, '--out', root, '--node-gyp', gyp]
    run(process.execPath, [...COMMON, '--platform', platform, '--arch', arch, ...place])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const asked = process.argv.length > 2 ? process.argv.slice(2) : [HOST]
const targets = asked.includes('--all') ? [HOST, ...CROSS] : asked
const unknown = targets.find((target) => target !== HOST && !CROSS.includes(target))
if (unknown !== undefined) {
  console.error(
    `usage: npm run prebuilds -- [TARGET... | --all]; targets: ${[HOST, ...CROSS].join(', ')}`,
  )
  process.exit(unknown === '--help' ? 0 : 2)
}
for (const target of targets) {
  const folder = join(root, 'prebuilds', target)
  rmSync(folder, { recursive: true, force: true })
  if (target === HOST) buildForHost()
  else buildFor(target)
  for (const name of readdirSync(folder)) {
    if (target !== HOST) checkWindowsAddon(join(folder, name), target)
    console.log(`made and ${target === HOST ? 'loaded' : 'checked'} prebuilds/${target}/${name}`)
  }
}
