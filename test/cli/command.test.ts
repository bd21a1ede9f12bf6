import { describe, expect, test } from 'vitest'
import { type SocketTable, listSocketsSync } from '../../src/index.ts'
import { sorted } from '../../src/cli/print/text.ts'
import { AS_NOBODY } from '../support/evaluate.ts'
import { holdByPython } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'
import { undisturbed } from '../support/undisturbed.ts'
import { useListener } from '../support/own-sockets.ts'
import { run, socktable } from './run.ts'

const listener = useListener()

describe('exit codes', () => {
  test('0: found', () => {
    const { code, stdout, stderr } = socktable('list', '--port', String(listener.port))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toHaveLength(4) // a header, the listener, its connection
  })

  test('1: nothing found', () => {
    expect(socktable('--port', '1')).toEqual({ code: 1, stdout: '', stderr: '' })
  })

  test('1: nothing found, with JSON', () => {
    const { code, stdout, stderr } = socktable('--port', '1', '--json')
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, rows: [] })
  })

  test('2: wrong usage, in one line that says what is wrong', () => {
    expect(socktable('--pid', '-1')).toEqual({
      code: 2,
      stdout: '',
      stderr: "socktable: --pid needs a PID, a number from 1 on, not '-1' (see socktable --help)\n",
    })
  })

  test('2: what the library refuses', () => {
    const ports = Array<string>(1025).fill('1').join(',')
    const { code, stdout, stderr } = socktable('--port', ports)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^socktable: .*"options\.localPort".*1024.*\n$/)
  })

  test('3: could not be read', () => {
    const { code, stdout, stderr } = socktable('--pid', '2147483647', '--json')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^socktable: ESRCH: .*\n$/)
  })
})

describe('errors', () => {
  test('have a stack with NODE_DEBUG=socktable', () => {
    const { code, stderr } = run(['--pid', '2147483647'], { env: { NODE_DEBUG: 'socktable' } })
    expect(code).toBe(3)
    expect(stderr).toMatch(/^socktable: ESRCH: .*\n[^]*\n {4}at /)
  })

  test('escape control characters of arguments they quote', () => {
    const { code, stderr } = socktable('--port', '\u001b[31m\n8')
    expect(code).toBe(2)
    expect(stderr).toMatch(/^socktable: .*'\\x1b\[31m\\x0a8' .*\n$/)
  })
})

test('socktable alone shows the listening sockets', () => {
  const { code, stdout, stderr } = socktable()
  const port = String(listener.port)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split('\n').filter((line) => line.includes(port))).toEqual([
    expect.stringMatching(new RegExp(`^tcp +127\\.0\\.0\\.1:${port} +LISTEN +${process.pid} +\\S`)),
  ])
})

test.each([
  ['-tnp', false, true],
  ['-tlnp', true, false],
  ['-tanp', true, true],
  ['-unp', false, false],
])('%s selects what it does in netstat', (flags, listening, connected) => {
  const { stdout } = socktable(flags)
  expect(stdout.includes('LISTEN')).toBe(listening)
  expect(stdout.includes('ESTABLISHED')).toBe(connected)
})

test('-B and --state show bound sockets, -a does not', async () => {
  const { port, pid } = await holdByPython('bound()')
  const line = new RegExp(`^tcp +127\\.0\\.0\\.1:${port} .*BOUND +${pid} `, 'm')
  expect(socktable('-B').stdout).toMatch(line)
  expect(socktable('--state', 'bound').stdout).toMatch(line)
  expect(socktable('-a').stdout).not.toMatch(line)
})

test.each(['sock_diag', 'procfs'] as const)(
  'JSON is the table of the API, from %s',
  async (source) => {
    const { printed, read } = await undisturbed(() => ({
      printed: socktable('-a', '--json', '--source', source),
      read: listSocketsSync({ include: ['names', 'details', 'service'], source }),
    }))
    const { code, stdout, stderr } = printed
    const { rows, ...table } = read
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^\{"source":.*"fallback":.*"complete":.*"missing":.*"hidden":.*"processes":.*"rows":.*\}\n$/,
    )
    expect(JSON.parse(stdout)).toEqual({ ...table, rows: sorted(rows) })
  },
)

test('CSV has a header and a line per row', () => {
  const { code, stdout } = socktable('-a', '--csv', '--port', String(listener.port))
  const [header, ...lines] = stdout.split('\r\n')
  expect(code).toBe(0)
  expect(header).toMatch(/^id,family,protocol,localAddress,localPort,/)
  expect(lines).toEqual([
    expect.stringMatching(
      `^\\d+,IPv4,tcp,127\\.0\\.0\\.1,${listener.port},,,LISTEN,,${process.pid},`,
    ),
    expect.stringMatching(`^\\d+,IPv4,tcp,127\\.0\\.0\\.1,${listener.port},127\\.0\\.0\\.1,`),
    '',
  ])
})

test('--help and --version print to stdout with exit code 0', () => {
  expect(socktable('--help')).toMatchObject({ code: 0, stderr: '' })
  expect(socktable('--version')).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as unknown,
    stderr: '',
  })
})

describe('what a table lacks is reported on stderr', () => {
  test('bound sockets that a source does not have', () => {
    const { code, stdout, stderr } = socktable('-aB', '--json', '--source', 'procfs')
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as SocketTable).missing).toEqual(['bound'])
    expect(stderr).toMatch(/^socktable: the table is incomplete: bound sockets .*\n$/)
  })

  test.runIf(needs(canBecomeOthers, 'root, to become another user')).each([[[]], [['--json']]])(
    'owners hidden by permission %j',
    (format) => {
      const { code, stdout, stderr } = run(['--port', String(listener.port), '-l', ...format], {
        prefix: AS_NOBODY,
      })
      expect(code).toBe(0)
      expect(stdout).toMatch(/LISTEN +- +-\n|"ownerUnknown":"permission"/)
      expect(stderr).toMatch(
        /^socktable: permission hides the owner of 1 socket \(\d+ processe?s? could not be read\): try with sudo\n$/,
      )
    },
  )
})
