import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { KillPortResult } from '../../src/index.ts'
import { supportFile } from '../support/children.ts'
import { AS_NOBODY } from '../support/evaluate.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'
import { isAlive, otherServer } from '../support/holders.ts'
import { useListener } from '../support/own-sockets.ts'
import { run, socktable } from './run.ts'

const listener = useListener()

/** Runs the command on a terminal, with text typed. */
function answered(typed: string, ...words: string[]): { code: number | null; text: string } {
  const main = supportFile('../../dist/cli/main.js')
  const command = [process.execPath, main, ...words].join(' ')
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    input: typed,
    encoding: 'utf8',
    env: { ...process.env, TERM: 'dumb' },
  })
  return { code: status, text: stripVTControlCharacters(stdout) }
}

test('commands about a port mean TCP, and kill spares a UDP client on the same port', async () => {
  const client = await otherServer(['--udp'])
  const { pid, port } = await otherServer(['--port', String(client.port)])
  const explained = socktable('explain', String(port)).stdout
  expect(explained).toContain(`(PID ${pid})`)
  expect(explained).toContain(`"socktable kill ${port}"`)
  expect(explained).not.toContain(String(client.pid))
  const [servers = '', clients = ''] = socktable('who', String(port)).stdout.split('clients and')
  expect([servers.includes(String(pid)), clients.includes(String(client.pid))]).toEqual([
    true,
    true,
  ])
  const tree = socktable('tree', String(port)).stdout
  expect([tree.includes(String(pid)), tree.includes(String(client.pid))]).toEqual([true, false])
  const { code, stdout } = socktable('kill', String(port), '--yes', '--tcp', '--udp')
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${pid} node`)])
  expect(socktable('kill', String(port), '--yes').code).toBe(1)
  expect(isAlive(client.pid)).toBe(true)
  // With UDP asked for it is that one.
  expect(socktable('explain', String(port), '--udp').stdout).toContain(
    `"socktable kill ${port} --udp"`,
  )
  expect(socktable('kill', String(port), '--yes', '--udp').code).toBe(0)
})

describe('the question of kill', () => {
  test('names the processes, and a yes ends them', async () => {
    const { pid, port } = await otherServer()
    const { code, text } = answered('y\n', 'kill', String(port))
    expect(text).toContain(`${pid} node (port ${port}) would be ended`)
    expect(text).toContain('End 1 process? [y/N]')
    expect(text).toContain(`port ${port} is free now`)
    expect(code).toBe(0)
  })

  test.each(['n\n', '\n', 'maybe\n', '\u0004'])('%j ends nothing', async (typed) => {
    const { pid, port } = await otherServer()
    const { code, text } = answered(typed, 'kill', String(port))
    expect(text).toContain('nothing was done')
    expect(code).toBe(2)
    expect(isAlive(pid)).toBe(true)
  })

  test('is not asked without a terminal, and nothing is ended', async () => {
    const { pid, port } = await otherServer()
    const { code, stdout, stderr } = socktable('kill', String(port))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('add --yes')
    expect(isAlive(pid)).toBe(true)
  })

  test('is not asked where nothing listens', () => {
    const { code, stdout, stderr } = socktable('kill', String(listener.client.localPort))
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toBe(`nothing listens on port ${listener.client.localPort}\n`)
  })
})

test('kill leaves an ancestor alone, and its exit code says that the port is not free', () => {
  const { code, stdout } = socktable('kill', String(listener.port), '--yes')
  expect(code).toBe(3)
  expect(stdout).toContain('was left alone: this command descends from it')
  expect(stdout).toMatch(new RegExp(`^port ${listener.port} is still in use: ${process.pid} `, 'm'))
})

test('kill names the supervisor that restarted a server', async () => {
  const { pid, port, child } = await otherServer(['--supervise'])
  const { code, stdout } = socktable('kill', String(port), '-y')
  expect(code).toBe(3)
  expect(stdout).toContain(`${child} node (port ${port}) ended`)
  expect(stdout).toContain(`${pid} node started it, and most likely does so again`)
})

test('kill ends several ports with their trees and prints JSON', async () => {
  const [one, two] = [await otherServer(['--children', '1']), await otherServer()]
  const words = [String(one.port), `:${two.port}`, '-y', '--tree', '--json', '--timeout', '2.5']
  const { code, stdout, stderr } = socktable('kill', ...words)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const result = JSON.parse(stdout) as KillPortResult
  expect(result.closed).toBe(true)
  expect(result.ports.map(({ port }) => port)).toEqual([one.port, two.port])
  expect(result.processes.map(({ pid }) => pid)).toContain(one.children[0])
})

test('kill sends the signal that was chosen, and --no-force never forces', async () => {
  const { port, process: child } = await otherServer(['--deaf'])
  const words = [String(port), '-y', '--timeout', '0.1', '--no-force']
  expect(socktable('kill', ...words)).toMatchObject({ code: 3 })
  expect(socktable('kill', String(port), '-y', '--signal', 'int')).toMatchObject({ code: 0 })
  expect(child.signalCode ?? 'SIGINT').toBe('SIGINT')
})

test.runIf(needs(canBecomeOthers, 'root, to become another user'))(
  'kill reports an owner that is hidden',
  async () => {
    const { pid, port } = await otherServer()
    const { code, stdout } = run(['kill', String(port), '--yes'], { prefix: AS_NOBODY })
    expect(code).toBe(3)
    expect(stdout).toContain(
      `port ${port} is still in use: held by a process of root, which is hidden from you: run as root`,
    )
    expect(isAlive(pid)).toBe(true)
  },
)

test.each([
  [['kill'], 'kill needs a port'],
  [['kill', '0'], 'from 1 to 65535'],
  [['kill', '65536'], 'from 1 to 65535'],
  [['kill', '80abc'], "not '80abc'"],
  [['kill', '3000-3010'], "not '3000-3010'"],
  [['kill', '80', '--signal', 'FOO'], "such as TERM, not 'FOO'"],
  [['kill', '80', '--timeout', 'soon'], "a number of seconds such as 5 or 0.5, not 'soon'"],
  [['kill', '80', '--allow', 'self'], '--allow must be one of ancestors, system, proxies'],
  [['kill', '80', '--forse'], 'unknown option --forse'],
  [['tree'], 'tree needs a port or a PID'],
  [['tree', '1', '2'], 'tree takes one port or PID'],
  [['tree', ':0'], 'a port from 1 to 65535'],
  [['tree', '80abc'], "a number from 1 on, not '80abc'"],
  [['tree', ':80', '--pid'], 'is a port, and --pid wants a PID'],
])('socktable %j is wrong usage', (words, message) => {
  const { code, stdout, stderr } = socktable(...words)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(message)
})

describe('tree', () => {
  test('shows a port from its supervisor down', async () => {
    const { pid, port, child } = await otherServer(['--supervise'])
    const { code, stdout } = socktable('tree', `:${port}`)
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`\\\\- ${pid} node\n *\\\\- ${child} node {2}<--\n`))
  })

  test('takes a number for a port where a process listens, else for a PID', async () => {
    const { pid } = await otherServer(['--idle'])
    expect(socktable('tree', String(pid)).stdout).toContain(` ${pid} node  <--`)
    expect(socktable('tree', `:${listener.client.localPort}`)).toMatchObject({ code: 1 })
  })
})
