import { defineConfig } from 'vitest/config'

/** What asks nothing of Linux: neither its tools nor its /proc. */
const EVERYWHERE = [
  'test/everywhere/**/*.test.ts',
  'test/table/**/*.test.ts',
  'test/cli/{arguments,print,table}.test.ts',
]
const WINDOWS = 'test/windows/**/*.test.ts'

export default defineConfig({
  test: {
    include: process.platform === 'linux' ? ['test/**/*.test.ts'] : [...EVERYWHERE, WINDOWS],
    exclude: ['**/node_modules/**', ...(process.platform === 'win32' ? [] : [WINDOWS])],
    // A native addon belongs in a process: see the vitest documentation of pools.
    pool: 'forks',
    // The tests look at one socket table: those that fill it would slow the others down.
    fileParallelism: false,
    globalSetup: 'test/support/build-folder.ts',
    setupFiles: 'test/support/port-range.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
