import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../src/cli/arguments.ts'
import { helpText } from '../../src/cli/help.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '')

describe('what is listed', () => {
  test.each([
    ['', { selection: 'listening', format: 'table', query: { listening: true, names: true } }],
    ['--json', { selection: 'listening', format: 'json' }],
    [
      '--csv --source procfs',
      { selection: 'listening', format: 'csv', query: { source: 'procfs' } },
    ],
    ['list', { selection: 'connected', query: { listening: false } }],
    ['-t', { selection: 'connected', query: { protocol: 'tcp', listening: false } }],
    ['-tulpn', { selection: 'listening', query: { listening: true } }],
    ['-tln4', { selection: 'listening', query: { protocol: 'tcp', family: 'IPv4' } }],
    ['-an', { selection: 'all' }],
    ['list --all --udp -6', { selection: 'all', query: { protocol: 'udp', family: 'IPv6' } }],
    ['--port 80', { selection: 'matching', query: { localPort: [80] } }],
    [
      'list --port 80,8000-8999 --remote-port 5',
      {
        selection: 'matching',
        query: { localPort: [80, { from: 8000, to: 8999 }], remotePort: [5] },
      },
    ],
    ['--port 80 -l', { selection: 'listening', query: { localPort: [80], listening: true } }],
    ['--pid 7,8 --pid 9', { selection: 'matching', query: { pid: [7, 8, 9] } }],
    [
      '--state established,time-wait',
      { selection: 'matching', query: { state: ['ESTABLISHED', 'TIME_WAIT'] } },
    ],
    ['-B', { selection: 'matching', query: { bound: true } }],
  ])('socktable %s', (line, expected) => {
    expect(parseCommand(words(line))).toMatchObject({ name: 'list', ...expected })
  })

  test('both protocols, or both families, are no filter', () => {
    const command = parseCommand(['-tu46'])
    expect(command).toMatchObject({ name: 'list' })
    expect(JSON.stringify(command)).not.toMatch(/protocol|family/)
  })
})

test.each(['who 3000', 'who :3000', 'who 3000 -n'])('socktable %s', (line) => {
  const query = { localPort: 3000, bound: true, names: true }
  expect(parseCommand(words(line))).toEqual({ name: 'who', port: 3000, query, format: 'table' })
})

test.each([
  ['--help', 'socktable'],
  ['list -h', 'list'],
  ['who --help', 'who'],
])('socktable %s', (line, topic) => {
  expect(parseCommand(words(line))).toEqual({ name: 'help', topic })
})

test.each([
  ['--port 70000', "--port must be a number from 0 to 65535, not '70000'"],
  ['--port abc', "--port must be a number from 0 to 65535, not 'abc'"],
  ['--port -5', '--port'],
  ['--port 9-3', 'did you mean 3-9?'],
  ['--port 1-2-3', 'must be N or A-B'],
  ['--port 80,', "not ''"],
  ['--remote-port 65536', '--remote-port must be'],
  ['--state FOO', "unknown state 'FOO' (known: CLOSED, LISTEN"],
  ['--state FIN_WAIT1', 'did you mean FIN_WAIT_1?'],
  ['--state', '--state'],
  ['--pid -1', '--pid'],
  ['--pid=-1', "--pid must be a number from 1 to 2147483647, not '-1'"],
  ['--pid 0', '--pid must be'],
  ['--source netstat', "--source must be sock_diag or procfs, not 'netstat'"],
  ['--json --csv', 'exclude each other'],
  ['--udp --state LISTEN', 'UDP sockets have no state'],
  ['--prot', 'unknown option --prot; did you mean --port?'],
  ['--zzzzzz', 'unknown option --zzzzzz'],
  ['-x', 'unknown option -x'],
  ['--tcp=1', '--tcp'],
  ['whoo', "unknown command 'whoo'; did you mean socktable who?"],
  ['3000', 'did you mean socktable who 3000?'],
  ['list 3000', "list takes no '3000'"],
  ['who', 'who needs a port'],
  ['who http', "the port must be a number from 0 to 65535, not 'http'"],
  ['who 1 2', 'who takes one port'],
  ['who 3000 --all', 'who does not take --all'],
])('socktable %s: %s', (line, message) => {
  expect(() => parseCommand(words(line))).toThrow(UsageError)
  expect(() => parseCommand(words(line))).toThrow(message)
})

test.each(['socktable', 'list', 'who'] as const)('help about %s fits a terminal', (topic) => {
  const lines = helpText(topic).split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(helpText(topic)).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /)
})
