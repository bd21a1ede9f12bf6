import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { socktable } from './run.ts'
import { watchCommand } from '../support/watch-command.ts'
import { listen } from '../support/own-sockets.ts'

test('watch --json prints a line for what there was, what opens and what closes', async () => {
  const { server, port } = await listen('127.0.0.1')
  const { next } = watchCommand('-l', '--port', String(port))
  const initial = await next()
  expect(initial).toMatchObject({ change: 'initial', row: { localPort: port, pid: process.pid } })
  expect(Math.abs(Date.parse(initial.time) - Date.now())).toBeLessThan(60_000)
  server.close()
  expect(await next()).toMatchObject({ change: 'closed', row: { localPort: port } })
  const again = createServer().listen(port, '127.0.0.1')
  expect(await next()).toMatchObject({ change: 'opened', row: { localPort: port } })
  again.close()
})

test.each([
  [['watch'], 'watch draws on a terminal'],
  [['watch', 'x'], "watch takes no 'x'"],
  [['watch', '--json', '--interval', '0'], '--interval must be more than 0'],
  [['watch', '--json', '--interval', '-1'], '--interval needs a number of seconds'],
  [['watch', '--json', '--csv'], 'unknown option --csv'],
  [['watch', '-lB', '--json'], '-l leaves bound sockets out'],
])('%j is refused with exit code 2', (words, message) => {
  const { code, stdout, stderr } = socktable(...words)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
})

test('watch --help is ASCII and at most 80 columns wide', () => {
  const { code, stdout } = socktable('watch', '--help')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[\n -~]*$/)
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})
