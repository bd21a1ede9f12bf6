import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findFreePort, listSockets } from '../../src/index.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Starts a script by "socktable run" and waits for its first output. */
async function start(script: string, ...options: string[]) {
  const words = [MAIN, 'run', ...options, '--', process.execPath, '-e', script]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, output: output.toString().trim(), exit: once(child, 'exit') }
}

const SERVER = `
  require('net').createServer().listen(process.env.OWN_PORT, () => console.log(process.env.OWN_PORT))`

test('the program can bind its port, and gets signals', async () => {
  const caught = "process.on('SIGTERM', () => process.exit(9));"
  const range = ['--env', 'OWN_PORT', '--port-range', '9900-9910']
  const { child, output, exit } = await start(caught + SERVER, ...range)
  expect(Number(output)).toBe(9900)
  child.kill('SIGTERM')
  expect(await exit).toEqual([9, null])
})

test('a program that a signal ends gives 128 and its number', async () => {
  const { child, exit } = await start(SERVER, '--env', 'OWN_PORT')
  child.kill('SIGTERM')
  expect(await exit).toEqual([143, null])
})

test.runIf(process.platform === 'linux')(
  'the port is reserved until the program has ended, by socktable itself',
  async () => {
    const script = "console.log(process.env.PORT); process.stdin.resume().on('end', () => {})"
    const words = [MAIN, 'run', '--port-range', '9920-9929', '--', process.execPath, '-e', script]
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [output] = (await once(child.stdout, 'data')) as [Buffer]
    const port = Number(output.toString())
    const { rows } = await listSockets({ localPort: port, bound: true })
    expect(rows).toMatchObject([{ state: 'BOUND', pid: child.pid, pids: [child.pid] }])
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(await findFreePort({ ports: port })).toBe(port)
  },
)
