import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findFreePort, listSockets, processTree } from '../../src/index.ts'
import { until } from '../support/children.ts'
import { isAlive } from '../support/holders.ts'

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

describe('nothing survives that the program started', () => {
  const LISTENS = `require('net').createServer().listen(0, () => console.log(process.pid))`
  const node = (script: string) => `${process.execPath} -e "${script.replaceAll('"', '\\"')}"`
  const DEAF = `process.on('SIGTERM', () => {});${LISTENS}`

  /** Runs a script of sh, which prints the PID of a server that it leaves behind. */
  async function run(script: string): Promise<Run> {
    const words = [MAIN, 'run', '--', 'sh', '-c', script]
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
    const [output] = (await once(child.stdout, 'data')) as [Buffer]
    return { child, server: Number(output.toString()), exit, stderr: () => stderr }
  }

  interface Run {
    readonly child: ChildProcess
    readonly server: number
    readonly exit: Promise<[number | null, NodeJS.Signals | null]>
    readonly stderr: () => string
  }

  test.each([
    ['a child of a shell', `${node(LISTENS)} & wait`],
    ['one in the background', `(${node(LISTENS)} &) ; sleep 100`],
    ['one in a session of its own', `(setsid ${node(LISTENS)} &) ; sleep 100`],
  ])('where it is %s, by SIGTERM', async (_, script) => {
    const { child, server, exit } = await run(script)
    expect(isAlive(server)).toBe(true)
    child.kill('SIGTERM')
    expect(await exit).toEqual([143, null])
    expect(isAlive(server)).toBe(false)
  })

  test('where the program ends by itself', async () => {
    const { server, exit } = await run(`(${node(LISTENS)} &) ; sleep 1; exit 7`)
    expect(await exit).toEqual([7, null])
    expect(isAlive(server)).toBe(false)
  })

  test('where it does not take the hint, after a second signal at once', async () => {
    const { child, server, exit } = await run(`(${node(DEAF)} &) ; exec sleep 100`)
    child.kill('SIGTERM')
    const timer = setInterval(() => child.kill('SIGTERM'), 300)
    const began = performance.now()
    expect(await exit).toEqual([143, null])
    clearInterval(timer)
    expect(isAlive(server)).toBe(false)
    expect(performance.now() - began).toBeLessThan(4500)
  })

  test('where the program itself does not take the hint, after a second signal', async () => {
    const { child, server, exit } = await run(`trap '' TERM; ${node(DEAF)}`)
    child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(isAlive(server)).toBe(true)
    child.kill('SIGTERM')
    expect(await exit).toEqual([137, null])
    expect(isAlive(server)).toBe(false)
  })

  test('and no zombies collect while it runs', async () => {
    const script = `for i in 1 2 3 4 5; do (true &) ; done; sleep 0.5; echo 1; sleep 0.5`
    const { child, exit } = await run(script)
    const tree = await processTree(child.pid as number)
    const [inner] = tree?.process.children ?? []
    expect(inner?.children).toHaveLength(1)
    expect(await exit).toEqual([0, null])
  })

  test('where socktable itself is killed', async () => {
    const { child, server } = await run(`${node(LISTENS)} & wait`)
    const inner = (await processTree(child.pid as number))?.process.children[0]?.pid ?? 0
    child.kill('SIGKILL')
    await until('the server has ended', () => !isAlive(server))
    // Which holds the port that is reserved. It waits for nothing more, least of all for 5 seconds.
    const ended = Date.now()
    await until('the other process of socktable has ended', () => !isAlive(inner))
    expect(Date.now() - ended).toBeLessThan(4000)
  })

  test('where the process of socktable that started it is killed', async () => {
    const { child, server, exit } = await run(`${node(LISTENS)} & wait`)
    const tree = await processTree(child.pid as number)
    const [inner] = tree?.process.children ?? []
    process.kill(inner?.pid ?? 0, 'SIGKILL')
    expect(await exit).toEqual([137, null])
    expect(isAlive(server)).toBe(false)
  })

  test('where npm ran it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'socktable-test-'))
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ scripts: { dev: 'node server.js' } }),
    )
    writeFileSync(join(folder, 'server.js'), LISTENS)
    const { child, server, exit } = await run(`cd ${folder} && exec npm run --silent dev`)
    child.kill('SIGTERM')
    await exit
    expect(isAlive(server)).toBe(false)
    rmSync(folder, { recursive: true })
  })
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
    expect(rows).toMatchObject([{ state: 'BOUND', pids: [rows[0]?.pid] }])
    const tree = await processTree(child.pid as number)
    expect(tree?.process.children.map(({ pid }) => pid)).toEqual([rows[0]?.pid])
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(await findFreePort({ ports: port })).toBe(port)
  },
)
