// Fills prebuilds/ with the addon for this machine, named as node-gyp-build looks for it, and checks
// that what it made loads when there is nothing else to load.
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const target = `${process.platform}-${process.arch}`

function run(program, args, env = {}) {
  const { status, error } = spawnSync(program, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

rmSync(join('prebuilds', target), { recursive: true, force: true })
const prebuildify = require.resolve('prebuildify/bin.js')
// A Linux file without a libc tag would be taken for every libc: see node-gyp-build's rules.
const tags = process.platform === 'linux' ? ['--tag-libc'] : []
// Node-API is the same in every version, so the headers of the running one do.
const node = ['--target', process.versions.node]
run(process.execPath, [prebuildify, '--napi', '--strip', ...node, ...tags])

const load = "require('node-gyp-build')(process.cwd()).readSync"
run(process.execPath, ['-e', load], { PREBUILDS_ONLY: '1' })
for (const name of readdirSync(join('prebuilds', target))) {
  console.log(`made and loaded prebuilds/${target}/${name}`)
}
