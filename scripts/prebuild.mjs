// Fills prebuilds/ with the addon, named as node-gyp-build looks for it, and checks what it made:
//   node scripts/prebuild.mjs [TARGET... | --all]
// Without a target node-gyp builds for this machine, and the result is loaded (and on Linux verified).
// The targets below are built by scripts/prebuild/cross-gyp.mjs on any machine, and verified.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkDarwinAddon } from './prebuild/darwin-addon.mjs'
import { checkLinuxAddon } from './prebuild/linux-addon.mjs'
import { checkHardening } from './prebuild/linux-hardening.mjs'
import { TARGETS } from './prebuild/targets.mjs'
import { checkWindowsAddon } from './prebuild/windows-addon.mjs'
import { root, run } from './tools/run.mjs'

const require = createRequire(import.meta.url)
const prebuildify = require.resolve('prebuildify/bin.js')

const withMore = (env) => ({ env: { ...process.env, ...env } })

// Node-API is the same in every version, so the headers of the running one do.
const COMMON = [prebuildify, '--napi', '--target', process.versions.node]
// A Linux file without a libc tag would be taken for every libc: see node-gyp-build's rules.
const tagsFor = (platform, arch) => [
  ...(platform === 'linux' ? ['--tag-libc'] : []),
  ...(arch === 'arm' ? ['--tag-armv'] : []),
]

const folderOf = (platform, arch) => join(root, 'prebuilds', `${platform}-${arch}`)

function load(platform, arch, libc = '') {
  const [name] = readdirSync(folderOf(platform, arch)).filter((each) => each.includes(libc))
  const file = join(folderOf(platform, arch), name)
  run(process.execPath, ['-e', 'require(process.argv[1]).readSync.name', file])
  console.log(`made and loaded prebuilds/${platform}-${arch}/${name}`)
}

function buildForHost() {
  const { platform, arch } = process
  rmSync(folderOf(platform, arch), { recursive: true, force: true })
  run(process.execPath, [...COMMON, '--strip', ...tagsFor(platform, arch)])
  if (platform === 'linux') {
    for (const name of readdirSync(folderOf(platform, arch))) {
      checkHardening(join(folderOf(platform, arch), name), name.includes('musl') ? 'musl' : 'glibc')
    }
  }
  load(platform, arch)
}

function buildFor(target) {
  const [platform, arch, libc = ''] = target.split('-')
  // Without --strip: this machine's strip knows no other systems, and the linker leaves nothing.
  // Elsewhere, since it would take the place of this machine's own build.
  const folder = mkdtempSync(join(tmpdir(), 'socktable-prebuild-'))
  try {
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
    const gyp = join(root, 'scripts', 'prebuild', 'cross-gyp.mjs')
    const place = ['--cwd', folder, '--out', root, '--node-gyp', gyp]
    const tags = tagsFor(platform, arch)
    run(
      process.execPath,
      [...COMMON, ...tags, '--platform', platform, '--arch', arch, ...place],
      withMore({
        PREBUILD_LIBC: libc,
        PREBUILD_ARMV: arch === 'arm' ? '7' : '',
      }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const names = readdirSync(folderOf(platform, arch)).filter((name) => name.includes(libc))
  for (const name of names) {
    const file = join(folderOf(platform, arch), name)
    if (platform === 'linux') checkLinuxAddon(file, arch, libc)
    else if (platform === 'darwin') checkDarwinAddon(file, arch)
    else checkWindowsAddon(file, target)
    console.log(`made and checked prebuilds/${platform}-${arch}/${name}`)
  }
  if (names.length !== 1) throw new Error(`no file for ${target}, or several: ${names.join(', ')}`)
  if (platform === process.platform && arch === process.arch && libc === 'glibc') {
    load(platform, arch, libc)
  }
}

const asked = process.argv.slice(2)
const unknown = asked.find((target) => target !== '--all' && !TARGETS.includes(target))
if (unknown !== undefined) {
  console.error(`usage: npm run prebuild -- [TARGET... | --all]; targets: ${TARGETS.join(', ')}`)
  process.exit(unknown === '--help' ? 0 : 2)
}
if (asked.length === 0) {
  buildForHost()
} else {
  const targets = asked.includes('--all') ? TARGETS : asked
  for (const target of targets) {
    const [platform, arch] = target.split('-')
    rmSync(folderOf(platform, arch), { recursive: true, force: true })
  }
  for (const target of targets) buildFor(target)
}
