import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A native addon belongs in a process: see the vitest documentation of pools.
    pool: 'forks',
    // The tests look at one socket table: those that fill it would slow the others down.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
