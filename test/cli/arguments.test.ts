import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../src/cli/arguments.ts'
import { helpText } from '../../src/cli/help.ts'
import { TCP_STATES } from '../../src/index.ts'
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
    ['--state SYN_SENT --state bound', { query: { state: ['SYN_SENT', 'BOUND'] } }],
    ['--remote-port 443 -a', { selection: 'all', query: { remotePort: [443] } }],
    ['-B', { selection: 'connected', query: { listening: false, bound: true } }],
    ['-aB', { selection: 'all', query: { bound: true } }],
    ['-la', { selection: 'all' }],
    ['-np', { selection: 'listening' }],
    ['--source sock_diag', { selection: 'listening', query: { source: 'sock_diag' } }],
  ])('socktable %s', (line, expected) => {
    expect(parseCommand(words(line))).toMatchObject({ name: 'list', ...expected })
  })

  test.each(['-la', '-an', '--port 80', '--pid 7', '--state LISTEN', '--remote-port 5'])(
    'socktable %s does not choose between listening and connected',
    (line) => {
      const command = parseCommand(words(line))
      expect(command).toHaveProperty('query')
      expect(command).not.toHaveProperty('query.listening')
    },
  )

  test('bound sockets are not shown unless asked for', () => {
    expect(parseCommand(['-a'])).not.toHaveProperty('query.bound')
  })

  test('both protocols, or both families, are no filter', () => {
    const command = parseCommand(['-tu46'])
    expect(command).toMatchObject({ name: 'list' })
    expect(JSON.stringify(command)).not.toMatch(/protocol|family/)
  })
})

test.each(['who 3000', 'who :3000', 'who 3000 -n'])('socktable %s', (line) => {
  const query = { localPort: 3000, bound: true, times: true, services: true, names: true }
  expect(parseCommand(words(line))).toEqual({ name: 'who', port: 3000, query, format: 'table' })
})

test('socktable who takes protocols, families, the source and the format', () => {
  expect(parseCommand(words('who 53 -u -6 --source procfs --json'))).toEqual({
    name: 'who',
    port: 53,
    query: {
      localPort: 53,
      bound: true,
      times: true,
      services: true,
      names: true,
      protocol: 'udp',
      family: 'IPv6',
      source: 'procfs',
    },
    format: 'json',
  })
})

test.each(['-V', '--version', 'list --version'])('socktable %s', (line) => {
  expect(parseCommand(words(line))).toEqual({ name: 'version' })
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
  ['--port 1e3', "--port must be a number from 0 to 65535, not '1e3'"],
  ['--port -5', "--port needs a port N or a range A-B, from 0 to 65535, not '-5'"],
  ['--port=-5', "--port must be a number from 0 to 65535, not ''"],
  ['--port', '--port needs a port N or a range A-B, from 0 to 65535'],
  ['--port 9-3', '--port 9-3 runs backwards: did you mean 3-9?'],
  ['--port 1-2-3', "--port must be N or A-B, not '1-2-3'"],
  ['--port 80,', "--port must be a number from 0 to 65535, not ''"],
  ['--port 80,70000-70001', "--port must be a number from 0 to 65535, not '70000'"],
  ['--remote-port 65536', "--remote-port must be a number from 0 to 65535, not '65536'"],
  ['--state FOO', `unknown state 'FOO' (known: ${TCP_STATES.join(', ')})`],
  ['--state FIN_WAIT1', "unknown state 'FIN_WAIT1'; did you mean FIN_WAIT_1? (known: CLOSED, "],
  ['--state LISTENING', "unknown state 'LISTENING'; did you mean LISTEN? (known: CLOSED, "],
  ['--state', '--state needs a state such as LISTEN'],
  ['--pid -1', "--pid needs a PID, a number from 1 on, not '-1'"],
  ['--pid=-1', "--pid must be a number from 1 to 2147483647, not '-1'"],
  ['--pid 0', "--pid must be a number from 1 to 2147483647, not '0'"],
  ['--pid --json', "--pid needs a PID, a number from 1 on, not '--json'"],
  [
    '--source netstat',
    "--source must be one of sock_diag, procfs, iphlpapi, pcblist, libproc, not 'netstat'",
  ],
  ['--source', '--source needs sock_diag, procfs or iphlpapi'],
  ['--json --csv', '--json and --csv exclude each other'],
  ['who 80 --json --csv', '--json and --csv exclude each other'],
  ['--udp --state LISTEN', 'UDP sockets have no state: leave out --udp or --state'],
  ['-uB', 'UDP sockets have no state: leave out --udp or -B'],
  ['-lB', '-l leaves bound sockets out: use -aB, or --state LISTEN,BOUND'],
  ['--prot', 'unknown option --prot; did you mean --port?'],
  ['--ports 80', 'unknown option --ports; did you mean --port?'],
  ['--ip6', 'unknown option --ip6; did you mean --ipv6?'],
  ['--zzzzzz', 'unknown option --zzzzzz'],
  ['--__proto__', 'unknown option --__proto__'],
  ['-x', 'unknown option -x'],
  ['-tlx', 'unknown option -x'],
  ['--tcp=1', "--tcp takes no value, but was given '1'"],
  ['whoo', "unknown command 'whoo'; did you mean socktable who?"],
  ['stop', "unknown command 'stop'"],
  ['kil', "unknown command 'kil'; did you mean socktable kill?"],
  ['3000', "unknown command '3000'; did you mean socktable who 3000?"],
  ['list 3000', "list takes no '3000'"],
  ['who', 'who needs a port: socktable who 3000'],
  ['who http', "the port must be a number from 0 to 65535, not 'http'"],
  ['who 70000', "the port must be a number from 0 to 65535, not '70000'"],
  ['who 1 2', "who takes one port, not '1 2'"],
  ['who 3000 --all', 'who does not take --all'],
])('socktable %s: %s', (line, message) => {
  const parse = () => parseCommand(words(line))
  expect(parse).toThrow(UsageError)
  // A message that goes on with all known states is given by its beginning.
  expect(parse).toThrow(message.endsWith(', ') ? message : new UsageError(message))
})

test.each(['socktable', 'list', 'who'] as const)('help about %s fits a terminal', (topic) => {
  const lines = helpText(topic).split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(helpText(topic)).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /)
})

test('help about list names every state', () => {
  expect(TCP_STATES.filter((state) => !helpText('list').includes(state))).toEqual([])
})
