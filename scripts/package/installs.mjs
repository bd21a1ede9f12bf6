// Installs the package in the ways that its users do, and uses it there.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { lstatSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { npmPackage } from '../tools/cache.mjs'
import {
  archive,
  check,
  emptyProject,
  pathWithoutCompilers,
  projectWithPackage,
  runIn,
} from './project.mjs'

// Later lines do not run on Node.js 20.
const PNPM = 'pnpm@10.34.9'
const PATH = pathWithoutCompilers()
const rows = 'm.listSocketsSync({ owners: "none" }).rows.length >= 0'

function usesIt(project) {
  const evaluate = (type, code) =>
    runIn(project, process.execPath, [`--input-type=${type}`, '-e', code], { PATH })
  const thrown = "process.on('warning', (w) => { throw w })"
  const required = `${thrown}; const m = require('socktable'); console.log(${rows})`
  assert.equal(evaluate('commonjs', required), 'true')
  assert.equal(evaluate('module', `import * as m from 'socktable'; console.log(${rows})`), 'true')
}

const blocked = projectWithPackage('npm-scripts-blocked')
check('npm, scripts blocked: require() and import load it, without a warning', () => {
  usesIt(blocked)
})
check('npm: what loads the addon and what building it takes come with it, and nothing else', () => {
  const { dependencies } = JSON.parse(
    runIn(blocked, 'npm', ['ls', '--omit=dev', '--all', '--json']),
  )
  assert.deepEqual(Object.keys(dependencies), ['socktable'])
  const names = Object.keys(dependencies.socktable.dependencies).sort()
  assert.deepEqual(names, ['node-addon-api', 'node-gyp-build'])
})
check('require() and import give the same functions', () => {
  const code = `const m = require('socktable')
    import('socktable').then((n) => console.log(m.listSockets === n.listSockets))`
  assert.equal(runIn(blocked, process.execPath, ['-e', code]), 'true')
})
check('npm: the command runs', () => {
  const command = (...words) => runIn(blocked, 'npx', ['--no-install', 'socktable', ...words])
  assert.match(command('--version'), /^\d+\.\d+\.\d+/)
  assert.ok(Array.isArray(JSON.parse(command('list', '--all', '--json')).rows))
})

check('npm, scripts allowed, no compiler: the prebuilt addon is taken', () => {
  const project = emptyProject('npm')
  runIn(project, 'npm', ['install', '--no-audit', '--no-fund', archive], { PATH })
  usesIt(project)
})

check('pnpm, which blocks scripts by itself: links into a store', () => {
  const project = emptyProject('pnpm')
  const pnpm = join(npmPackage(PNPM), 'bin', 'pnpm.cjs')
  const store = join(project, 'store')
  runIn(project, process.execPath, [pnpm, 'add', '--store-dir', store, archive], { CI: 'true' })
  assert.ok(lstatSync(join(project, 'node_modules', 'socktable')).isSymbolicLink())
  usesIt(project)
})

check('no prebuilt addon, no compiler: reading says what was looked for and what to do', () => {
  const project = projectWithPackage('npm-without-prebuilds')
  rmSync(join(project, 'node_modules', 'socktable', 'prebuilds'), { recursive: true })
  const code = `import * as m from 'socktable'; try { ${rows} } catch (e) { console.log(e.code, e.message) }`
  const words = runIn(project, process.execPath, ['--input-type=module', '-e', code], { PATH })
  const target = `${process.platform}-${process.arch}`
  assert.match(words, new RegExp(`^ERR_SOCKTABLE_ADDON .* no native addon for ${target}`))
  assert.match(words, /looked in .*\/build, .*\/prebuilds/)
  assert.match(words, /install a C\+\+17 compiler, make and Python 3, then run "npm rebuild/)

  const { status, stderr } = spawnSync('npm', ['rebuild', '--loglevel=error', 'socktable'], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, PATH },
  })
  assert.notEqual(status, 0)
  assert.match(stderr, /socktable has no native addon for .*: looked in/)
  assert.match(
    stderr,
    /no addon for .* could be built\. .* takes a C\+\+17 compiler, make and Python 3/,
  )
})

check('FreeBSD: node-gyp stops with the words that it is not supported yet', () => {
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js')
  const { status, stderr } = spawnSync(
    process.execPath,
    [nodeGyp, 'configure', '--', '-DOS=freebsd'],
    { cwd: join(blocked, 'node_modules', 'socktable'), encoding: 'utf8' },
  )
  assert.notEqual(status, 0)
  assert.match(stderr, /^socktable has no reader for freebsd yet/m)
})
