import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { supportFile } from '../support/children.ts'
import { useListener } from '../support/own-sockets.ts'
import { socktable } from './run.ts'

const listener = useListener()
const MAIN = supportFile('../../dist/cli/main.js')

function piped(input: string, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'explain', ...words], {
    input,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

const OUTPUT =
  () => `starting\nError: listen EADDRINUSE: address already in use 127.0.0.1:${listener.port}
    at Server.setupListenHandle [as _listen2] (node:net:1463:16)\n`

test.each([[[]], [['-']], [['--host', '127.0.0.1']]])('explain reads piped output: %j', (words) => {
  const { code, stdout } = piped(OUTPUT(), ...words)
  expect(code).toBe(1)
  expect(stdout).toContain(`TCP port ${listener.port} is in use.`)
  expect(stdout).toContain(`(PID ${process.pid})`)
  expect(stdout).not.toContain('starting')
})

test('explain reads the end of long piped output', () => {
  const { stdout } = piped('x'.repeat(3 << 20) + `\n${OUTPUT()}`, '--json')
  expect(JSON.parse(stdout)).toMatchObject({ code: 'EADDRINUSE', port: listener.port })
})

test('explain without any text is wrong usage', () => {
  expect(piped('')).toMatchObject({ code: 2, stdout: '' })
})

test('explain does not take the path of a Unix socket for a port', () => {
  const text = "listen EADDRINUSE: address already in use /tmp/it's mine/x.sock"
  const { code, stdout } = socktable('explain', text)
  expect(code).toBe(1)
  expect(stdout).toContain("rm -- '/tmp/it'\\''s mine/x.sock'")
  expect(stdout).not.toContain('Find out the port')
  const { path, port } = JSON.parse(socktable('explain', text, '--json').stdout) as Record<
    string,
    unknown
  >
  expect([path, port]).toEqual(["/tmp/it's mine/x.sock", null])
})
