// The package as it would be published, and projects to use it in as its users do.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../tools/run.mjs'

const folder = mkdtempSync(join(tmpdir(), 'socktable-package-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

/** What npm says of the package that it packed: its files and their sizes. */
export const [packed] = Object.values(
  JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
    }),
  ),
)

/** The path of the archive. */
export const archive = join(folder, packed.filename)

/** Runs a program in a folder, and returns what it printed; throws where it fails. */
export const runIn = (cwd, program, args, env = {}) =>
  execFileSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } }).trim()

/** A new folder that is a project of its own, as npm and pnpm see it. */
export function emptyProject(name, manifest = {}) {
  const project = join(folder, name)
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  return project
}

/** A new project that has the package installed by npm, with scripts blocked. */
export function projectWithPackage(name) {
  const project = emptyProject(name)
  runIn(project, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', archive])
  return project
}

/** A PATH on which there is nothing to build with. */
export function pathWithoutCompilers() {
  const place = join(folder, 'bin')
  mkdirSync(place)
  for (const name of ['node', 'npm', 'sh']) {
    const found = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    symlinkSync(found, join(place, name))
  }
  return place
}

let passed = 0

export function check(what, body) {
  body()
  passed++
  console.log(`ok ${passed} - ${what}`)
}

export const passedChecks = () => passed
