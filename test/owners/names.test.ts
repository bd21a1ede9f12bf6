import { readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { listSocketsSync } from '../../src/index.ts'
import { holdByPython } from '../support/holders.ts'

async function holdAs(name: string): Promise<{ pid: number; read: () => string | null }> {
  const { pid, port } = await holdByPython(`named(${JSON.stringify(name)})`)
  const read = () =>
    listSocketsSync({ localPort: port, include: ['names'] }).rows[0]?.processName ?? null
  return { pid, read }
}

// Node.js 24 names its main thread so, which would make all servers in JavaScript look alike.
test('a process that goes by MainThread is named after its program', async () => {
  const { pid, read } = await holdAs('MainThread')
  expect(read()).toBe(basename(readlinkSync(`/proc/${pid}/exe`)))
})

test('a name that the kernel cut stays as it is where nothing completes it', async () => {
  const { read } = await holdAs('a-name-of-its-own-making')
  expect(read()).toBe('a-name-of-its-o')
})

test('a name that the kernel cut within a character', async () => {
  const { read } = await holdAs('fourteen-byte-é') // 15 bytes hold the half of the last one
  expect(read()).toBe('fourteen-byte-\u{fffd}')
})
