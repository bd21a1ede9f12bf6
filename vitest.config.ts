import { defineConfig } from 'vitest/config'

// The end of a test's name says where it applies: `.portable` on every system, since it needs neither
// the tools of Linux nor its /proc; `.windows` there alone; without either, Linux.
const PORTABLE = 'test/**/*.portable.test.ts'
const WINDOWS = 'test/**/*.windows.test.ts'

export default defineConfig({
  test: {
    include: process.platform === 'linux' ? ['test/**/*.test.ts'] : [PORTABLE, WINDOWS],
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
