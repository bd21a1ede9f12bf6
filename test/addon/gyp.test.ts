/** What node-gyp makes of binding.gyp, in a folder whose path has a space. */

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { nodeFolder } = (await import(join(root, 'scripts', 'native', 'build.mjs'))) as {
  nodeFolder: () => string
}
const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js')
const folder = mkdtempSync(join(tmpdir(), 'socktable gyp-'))

beforeAll(() => {
  mkdirSync(join(folder, 'native'))
  for (const name of ['package.json', 'binding.gyp', join('native', 'sources.json')]) {
    cpSync(join(root, name), join(folder, name))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The rules for make that node-gyp writes with this environment. */
function rules(env: Readonly<Record<string, string>>): string {
  execFileSync(process.execPath, [nodeGyp, 'configure', `--nodedir=${nodeFolder()}`], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  })
  return readFileSync(join(folder, 'build', 'socktable.target.mk'), 'utf8')
}

describe('binding.gyp', () => {
  test('compiles the listed sources to the listed standard', () => {
    const { cxx_standard, linux_sources } = JSON.parse(
      readFileSync(join(root, 'native', 'sources.json'), 'utf8'),
    ) as { cxx_standard: string; linux_sources: readonly string[] }
    const made = rules({})
    expect(made).toContain(`-std=${cxx_standard}`)
    for (const path of linux_sources) expect(made).toContain(`/${path.replace(/cc$/, 'o')}`)
  })

  test('makes warnings errors with SOCKTABLE_WERROR=1 and never for users', () => {
    expect(rules({ SOCKTABLE_WERROR: '1' })).toContain('-Werror')
    expect(rules({ SOCKTABLE_WERROR: '' })).not.toContain('-Werror')
  })
})

test('CI makes warnings errors', () => {
  expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toMatch(/^export .*SOCKTABLE_WERROR=1/m)
  const workflow = readFileSync(join(root, '.github', 'workflows', 'test.yml'), 'utf8')
  expect(workflow).toMatch(/^env:\n.*\n {2}SOCKTABLE_WERROR: '1'$/m)
})
