import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { evaluate } from '../support/evaluate.ts'

const folder = mkdtempSync(join(tmpdir(), 'socktable-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

// Node-API stands in the program that loads the addon: node.exe, electron.exe, or any other.
test('the addon loads in a program of another name', () => {
  const host = join(folder, 'another-host.exe')
  copyFileSync(process.execPath, host)
  expect(evaluate('return m.listSocketsSync().source', [], host)).toBe('iphlpapi')
})
