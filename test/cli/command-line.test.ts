import { describe, expect, test } from 'vitest'
import { splitCommandLine } from '../../src/cli/command-line.ts'
import { helpFor, overview } from '../../src/cli/help.ts'
import { asksFor } from '../../src/cli/parse.ts'
import type { Subcommand } from '../../src/cli/subcommand.ts'
import { SUBCOMMANDS } from '../../src/cli/subcommands.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { TCP_STATES } from '../../src/index.ts'

const NAMES = Object.keys(SUBCOMMANDS)
const words = (line: string): string[] => line.split(' ').filter((word) => word !== '')

async function load(name: string): Promise<Subcommand> {
  const entry = SUBCOMMANDS[name]
  if (entry === undefined) throw new Error(`${name} is no subcommand`)
  return entry.load()
}

/** The subcommand of a command line and what is asked of it. */
async function parse(line: string): Promise<{ name: string; request: unknown }> {
  const { name, isNamed, words: rest } = splitCommandLine(words(line))
  return { name, request: (await load(name)).parse(rest, isNamed) }
}

const list = async (line: string) => {
  const { name, request } = await parse(line)
  expect(name).toBe('list')
  return request
}

describe('socktable list selects', () => {
  test.each([
    ['', { selection: 'listening', format: 'table', query: { listening: true } }],
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
  ])('socktable %s', async (line, expected) => {
    expect(await list(line)).toMatchObject(expected)
  })

  test.each(['-la', '-an', '--port 80', '--pid 7', '--state LISTEN', '--remote-port 5'])(
    'socktable %s does not choose between listening and connected',
    async (line) => {
      const request = await list(line)
      expect(request).toHaveProperty('query')
      expect(request).not.toHaveProperty('query.listening')
    },
  )

  test('bound sockets are not shown unless asked for', async () => {
    expect(await list('-a')).not.toHaveProperty('query.bound')
  })

  test('both protocols, or both families, are no filter', async () => {
    expect(JSON.stringify(await list('-tu46'))).not.toMatch(/protocol|family/)
  })
})

test.each(['who 3000', 'who :3000', 'who 3000 -n', '-n who 3000'])('socktable %s', async (line) => {
  const request = { port: 3000, query: { localPort: 3000, bound: true }, format: 'table' }
  expect(await parse(line)).toEqual({ name: 'who', request })
})

test('socktable who takes protocols, families, the source and the format', async () => {
  expect(await parse('who 53 -u -6 --source procfs --json')).toEqual({
    name: 'who',
    request: {
      port: 53,
      query: { localPort: 53, bound: true, protocol: 'udp', family: 'IPv6', source: 'procfs' },
      format: 'json',
    },
  })
})

describe('defaults of options are parsed as values are', () => {
  test.each([
    [
      'wait 3000',
      { port: 3000, options: { until: 'listening', protocol: 'tcp', timeout: 30_000 } },
    ],
    ['wait 3000 --timeout 0.5', { options: { timeout: 500 } }],
    ['watch --json', { query: { interval: 1000 }, json: true }],
    ['kill 3000', { ports: [3000], options: { timeout: 5000, force: true } }],
    ['run -- node --help', { program: 'node', args: ['--help'], variable: 'PORT' }],
    ['free', { count: undefined, options: { protocol: 'tcp' } }],
    [
      'free :8000,9000-9010 --exclude 9001,9003 -c 2',
      { count: 2, options: { ports: [8000, { from: 9000, to: 9010 }], exclude: [9001, 9003] } },
    ],
    [
      'kill --pid 7,8 --allow system,proxies',
      { pids: [7, 8], options: { allow: ['system', 'proxies'] } },
    ],
    ['check 3000,:3001 4000-4001', { ports: [3000, 3001, { from: 4000, to: 4001 }] }],
    ['tree :3000', { number: 3000, mayBePort: true, mayBePid: false }],
  ])('socktable %s', async (line, request) => {
    expect(await parse(line)).toMatchObject({ request })
  })
})

describe('help and the version', () => {
  test.each(NAMES)(
    'socktable %s takes --help and --version, also beside what is wrong',
    async (name) => {
      const { options } = (await load(name)).help
      for (const line of ['--help', '-h', '--forse --help']) {
        expect(asksFor(options, words(line))).toBe('help')
      }
      for (const line of ['-V', '--version']) expect(asksFor(options, words(line))).toBe('version')
      expect(asksFor(options, ['3000'])).toBeNull()
      expect(asksFor(options, ['--', 'node', '--help', '--version'])).toBeNull()
    },
  )

  test.each(NAMES)(
    'help about socktable %s is ASCII, fits a terminal and has every option',
    async (name) => {
      const { help } = await load(name)
      const text = helpFor(name, help)
      expect(text).toMatch(/^[\n -~]+$/)
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
      expect(text).toContain(`Usage: socktable ${name}`)
      expect(text).toMatch(/Exit codes:\n( {2}\S+ +.*\n)+$/)
      for (const option of [...Object.keys(help.options), 'help'])
        expect(text).toContain(`--${option}`)
    },
  )

  test('socktable --help lists every subcommand', () => {
    const text = overview(SUBCOMMANDS)
    expect(text).toMatch(/^[\n -~]+$/)
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(NAMES.filter((name) => !text.includes(`  socktable ${name} `))).toEqual([])
    expect(text).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /)
  })

  test('help about list names every state', async () => {
    const text = helpFor('list', (await load('list')).help)
    expect(TCP_STATES.filter((state) => !text.includes(state))).toEqual([])
  })
})

describe('wrong usage', () => {
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
    ['--source', '--source needs sock_diag, procfs, iphlpapi, pcblist or libproc'],
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
    ['who 3000 --all', 'unknown option --all'],
    ['kill 80 --dryrun', 'unknown option --dryrun; did you mean --dry-run?'],
    [
      'kill 80 --allow systen',
      "--allow must be one of ancestors, system, proxies, not 'systen'; did you mean system?",
    ],
    ['wait 1 2', "wait takes one port, not '1 2'"],
    ['--prot who 80', 'unknown option --prot; did you mean --port?'],
  ])('socktable %s: %s', async (line, message) => {
    const parsing = parse(line)
    await expect(parsing).rejects.toThrow(UsageError)
    // A message that goes on with all known states is given by its beginning.
    await expect(parsing).rejects.toThrow(
      message.endsWith(', ') ? message : new UsageError(message),
    )
  })
})
