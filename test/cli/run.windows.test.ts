import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { until } from '../support/children.ts'
import { isAlive } from '../support/holders.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'socktable test & more-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

// As npm installs them (cmd-shim).
writeFileSync(join(folder, 'tool.cmd'), `@"${process.execPath}" "%~dp0\\tool.js" %*\r\n`)
const SAYS = `require('fs').writeFileSync(process.env.SAID, JSON.stringify(process.argv.slice(2)))`
writeFileSync(join(folder, 'tool.js'), SAYS)

test.each([
  [['plain', 'with blanks', '']],
  [['a&b', 'c|d', '<e>', '^f', '(g)', '!h!', '%PATH%', '"i"', 'j\\', '"k&l"']],
])('run starts a .cmd file by its name, with its arguments as they are: %j', (words) => {
  const said = join(folder, 'said.json')
  const { status } = spawnSync(process.execPath, [MAIN, 'run', '--', 'tool', ...words], {
    env: { ...process.env, PATH: `${folder};${process.env['PATH'] ?? ''}`, SAID: said },
  })
  expect(status).toBe(0)
  expect(JSON.parse(readFileSync(said, 'utf8'))).toEqual(words)
})

test('run says that a program does not exist', () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'run', '--', 'no-such-tool'], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([3, expect.stringContaining('no-such-tool')])
})

test('nothing survives the end of socktable that run started', async () => {
  const said = join(folder, 'pid')
  const server =
    `require('fs').writeFileSync(process.env.SAID, String(process.pid));` +
    `require('net').createServer().listen(0)`
  writeFileSync(join(folder, 'server.js'), server)
  // A process in between, which ends before the server.
  const between = `require('child_process').spawn(process.execPath, ['server.js'],
    { stdio: 'ignore', detached: true }).unref(); setTimeout(() => {}, 100000)`
  writeFileSync(join(folder, 'between.js'), between)
  const words = [MAIN, 'run', '--', process.execPath, 'between.js']
  const child = spawn(process.execPath, words, {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, SAID: said },
  })
  const pid = await until('the server runs', () => {
    try {
      return Number(readFileSync(said, 'utf8')) || undefined
    } catch {
      return undefined
    }
  })
  expect(isAlive(pid)).toBe(true)
  child.kill()
  await once(child, 'exit')
  await until('the server has ended', () => !isAlive(pid))
})
