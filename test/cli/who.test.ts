import { describe, expect, test } from 'vitest'
import { AS_NOBODY } from '../support/evaluate.ts'
import { holdByPython } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'
import { useListener } from '../support/own-sockets.ts'
import { run, socktable } from './run.ts'

const listener = useListener()

test('who shows listeners first, then the connections on the port under a heading of their own', () => {
  const { code, stdout, stderr } = socktable('who', `:${listener.port}`)
  const [listeners = '', connections = ''] = stdout.split(
    `\n\nconnections on port ${listener.port}:\n`,
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(listeners).toMatch(new RegExp(`LISTEN +${process.pid} `))
  expect(listeners).not.toContain('ESTABLISHED')
  expect(connections).toContain(`127.0.0.1:${listener.client.localPort}  ESTABLISHED`)
  expect(connections).not.toContain('LISTEN')
})

test('who shows a client apart, as it does not hold the port', () => {
  const { code, stdout } = socktable('who', String(listener.client.localPort))
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^nothing listens on port \d+; connections that use it as their local port:\nPROTO .*\ntcp .*\n$/,
  )
})

test('who shows a bound socket as the holder of its port', async () => {
  const { port, pid } = await holdByPython('bound()')
  const { code, stdout } = socktable('who', String(port))
  expect(code).toBe(0)
  expect(stdout).toMatch(new RegExp(`^PROTO .*\ntcp .*:${port} +BOUND +${pid} .*\n$`))
})

test('who shows every process that shares a socket, oldest first', async () => {
  const { port, pid, children } = await holdByPython('shared_by_forks(5)')
  const all = [pid, ...children].join(',')
  expect(children).toHaveLength(5)
  expect(socktable('who', String(port)).stdout).toMatch(new RegExp(` ${all} `))
})

test('who escapes control characters in the name of a process', async () => {
  const { port } = await holdByPython(`named("\\x1b[31mred\\x07")`)
  const { stdout } = socktable('who', String(port))
  expect(stdout).toMatch(/ {2}\\x1b\[31mred\\x07\n$/)
})

describe('who ends with exit code 1', () => {
  test('where no socket has the port', () => {
    expect(socktable('who', '1')).toEqual({ code: 1, stdout: '', stderr: '' })
  })

  test('where none of the protocol or family has it', () => {
    const port = String(listener.port)
    expect(socktable('who', port, '--udp')).toEqual({ code: 1, stdout: '', stderr: '' })
    expect(socktable('who', port, '-6')).toEqual({ code: 1, stdout: '', stderr: '' })
    expect(socktable('who', port, '-t4')).toMatchObject({ code: 0 })
  })
})

test('who --json names the port and has the holders first', () => {
  const { stdout } = socktable('who', String(listener.port), '--json')
  expect(Object.keys(JSON.parse(stdout) as object)).toEqual([
    'port',
    'source',
    'fallback',
    'complete',
    'missing',
    'hidden',
    'processes',
    'rows',
  ])
  expect(JSON.parse(stdout)).toMatchObject({
    port: listener.port,
    complete: true,
    processes: [{ pid: process.pid }],
    rows: [
      { state: 'LISTEN', pid: process.pid },
      { state: 'ESTABLISHED', remotePort: listener.client.localPort },
    ],
  })
})

test.runIf(needs(canBecomeOthers, 'root, to become another user'))(
  'who explains below the table why an owner is unknown',
  () => {
    const { code, stdout, stderr } = run(['who', String(listener.port)], { prefix: AS_NOBODY })
    const reason =
      '(permission): held by a process of root, which is hidden from you: run as root\n'
    expect(code).toBe(0)
    expect(stdout).toMatch(/LISTEN +- +\(permission\)\n/)
    expect(stdout.split(reason)).toHaveLength(3) // once for the listener, once for its connection
    expect(stderr).toMatch(/^socktable: permission hides the owner of 2 sockets /)
  },
)
