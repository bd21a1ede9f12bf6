// Packs the package as it would be published and uses it as its users do: installed into an empty
// project with scripts blocked (pnpm blocks them by default), loaded from prebuilds/ by require() and
// import, and run as a command.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const project = mkdtempSync(join(tmpdir(), 'socktable-package-'))
let passed = 0

function check(what, body) {
  body()
  passed++
  console.log(`ok ${passed} - ${what}`)
}

const inProject = (program, args, env = {}) =>
  execFileSync(program, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, PREBUILDS_ONLY: '1', ...env },
  })
const evaluate = (type, code) =>
  inProject(process.execPath, [`--input-type=${type}`, '-e', code]).trim()

try {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      encoding: 'utf8',
    }),
  )
  const { filename, files } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0]
  const paths = files.map(({ path }) => path)

  check('the package holds what its users need and nothing else', () => {
    const expected = [
      /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|binding\.gyp)$/,
      /^dist\/.*\.(js|d\.ts)$/,
      /^native\/.*\.(cc|h)$/,
      /^prebuilds\/[a-z0-9]+-[a-z0-9]+\/socktable(\.[a-z0-9]+)*\.node$/,
    ]
    const surprises = paths.filter((path) => !expected.some((pattern) => pattern.test(path)))
    assert.deepEqual(surprises, [])
    assert.deepEqual(
      paths.filter((path) => /native\/(replay|fuzz)/.test(path)),
      [],
    )
    for (const path of ['README.md', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']) {
      assert.ok(paths.includes(path), `${path} is missing`)
    }
    assert.ok(
      paths.some((path) => path.startsWith(`prebuilds/${process.platform}-${process.arch}/`)),
      'no prebuild for this machine: run "npm run prebuilds" first',
    )
  })

  check('it installs with scripts blocked', () => {
    writeFileSync(join(project, 'package.json'), '{ "name": "user", "private": true }')
    inProject('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `./${filename}`])
  })

  const count = 'm.listSocketsSync({ owners: "none" }).rows.length >= 0'
  check('require() loads it without a warning', () => {
    const code = `const m = require('socktable'); console.log(${count})`
    assert.equal(evaluate('commonjs', `process.on('warning', (w) => { throw w }); ${code}`), 'true')
  })
  check('import loads it', () => {
    assert.equal(
      evaluate('module', `import * as m from 'socktable'; console.log(${count})`),
      'true',
    )
  })
  check('the command runs', () => {
    const version = inProject('npx', ['--no-install', 'socktable', '--version']).trim()
    assert.match(version, /^\d+\.\d+\.\d+/)
    const json = inProject('npx', ['--no-install', 'socktable', 'list', '--all', '--json'], {})
    assert.ok(Array.isArray(JSON.parse(json).rows))
  })
} finally {
  rmSync(project, { recursive: true, force: true })
}
console.log(`${passed} passed, 0 failed`)
