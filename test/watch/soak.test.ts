import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compile } from '../support/compiled.ts'

const SOAK = fileURLToPath(new URL('../bench/soak.mjs', import.meta.url))

interface Result {
  readonly steady: number
  readonly steadyChanges: number
  readonly logged: number
  readonly outlived: number
  readonly faults: readonly unknown[]
  readonly growth: { readonly memory: number; readonly descriptors: number }
}

// What `npm run bench` does at full size, which also measures the time that it takes.
test('1020 steady sockets, while 200 others open and close per second', () => {
  const floor = compile('../bench/floor')
  const words = [floor, 1020, 20, 200, 6, 200].map(String)
  const output = execFileSync(process.execPath, ['--expose-gc', SOAK, ...words], {
    encoding: 'utf8',
  })
  const result = JSON.parse(output) as Result
  expect(result).toMatchObject({ steady: 1020, steadyChanges: 0, logged: 1200, faults: [] })
  expect(result.outlived).toBeGreaterThan(900)
  expect(result.growth.memory).toBeLessThan(32)
  expect(result.growth.descriptors).toBeLessThanOrEqual(0)
})
