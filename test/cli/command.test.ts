import { spawnSync } from 'node:child_process'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SocketTable, listListenersSync } from '../../src/index.ts'
import { AS_NOBODY } from '../support/evaluate.ts'
import { isRoot, needs } from '../support/requirements.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const server = createServer()
let client: Socket
let port: number
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  client = connect(port, '127.0.0.1')
  await new Promise((resolve) => client.once('connect', resolve))
})
afterAll(() => {
  client.destroy()
  server.close()
})

// The environment without anybody's wish about colour; to Node CI is one, against it.
const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...PLAIN } = process.env

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(words: readonly string[], prefix: readonly string[] = [], env: object = {}): Ran {
  const { status, stdout, stderr } = spawnSync(
    'env',
    [...prefix, process.execPath, MAIN, ...words],
    {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '', ...env },
    },
  )
  return { code: status, stdout, stderr }
}

const socktable = (...words: string[]): Ran => run(words)
const quoted = (line: string): string => `${process.execPath} ${MAIN} ${line}`

/** Runs it on a terminal of its own. */
function onTerminal(columns: number, line: string, env: object = {}): string {
  const command = `stty cols ${columns} rows 50; ${quoted(line)}`
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...PLAIN, TERM: 'xterm-256color', ...env },
  })
  return stdout
}

describe('exit codes', () => {
  test('0: found', () => {
    expect(socktable('list', '--port', String(port))).toMatchObject({ code: 0, stderr: '' })
  })

  test('1: nothing found', () => {
    const free = String(client.localPort === 1 ? 2 : 1)
    expect(socktable('--port', free)).toEqual({ code: 1, stdout: '', stderr: '' })
    expect(socktable('who', free)).toMatchObject({ code: 1, stdout: '' })
  })

  test('2: wrong usage, with what is wrong on stderr', () => {
    const { code, stdout, stderr } = socktable('--port', 'abc')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^socktable: --port must be .*'abc'\nsocktable --help .*\n$/)
  })

  test('3: could not be read', () => {
    const { code, stdout, stderr } = socktable('--pid', '2147483647')
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/^socktable: ESRCH: .*\n$/)
  })
})

test('alone it shows the listening sockets', () => {
  const { code, stdout } = socktable()
  const line = stdout.split('\n').find((text) => text.includes(`127.0.0.1:${port}`))
  expect(code).toBe(0)
  expect(line).toMatch(new RegExp(`^tcp +127\\.0\\.0\\.1:${port} +LISTEN +${process.pid} +\\S`))
  expect(stdout).not.toContain('ESTABLISHED')
})

test('netstat’s flags', () => {
  const line = `127.0.0.1:${port}`
  expect(socktable('-tnp').stdout).not.toMatch(/LISTEN/)
  expect(socktable('-tnp').stdout).toContain('ESTABLISHED')
  expect(socktable('-tlnp').stdout).toContain(line)
  expect(socktable('-tlnp').stdout).not.toContain('ESTABLISHED')
  expect(socktable('-tanp').stdout).toMatch(/LISTEN[^]*ESTABLISHED|ESTABLISHED[^]*LISTEN/)
})

test('JSON is the table of the API', () => {
  const { code, stdout } = socktable('--json')
  const table = JSON.parse(stdout) as SocketTable
  const expected = listListenersSync({ names: true })
  expect(code).toBe(0)
  expect(stdout.endsWith('}\n')).toBe(true)
  expect(table).toEqual({
    ...expected,
    rows: expect.arrayContaining([...expected.rows]) as unknown,
  })
})

test('CSV has a header and a line per row', () => {
  const lines = socktable('-a', '--csv', '--port', String(port)).stdout.trimEnd().split('\r\n')
  expect(lines[0]).toMatch(/^protocol,family,localAddress,localPort,/)
  expect(lines.slice(1).every((line) => line.split(',')[3] === String(port))).toBe(true)
})

describe('who', () => {
  test('listeners first, then connections on the port', () => {
    const { code, stdout } = socktable('who', `:${port}`)
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`LISTEN +${process.pid} [^]*connections on port ${port}:`))
  })

  test('a client is no owner', () => {
    const { code, stdout } = socktable('who', String(client.localPort))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^nobody listens on port \d+; connections/)
  })

  test('JSON names the port', () => {
    const answer = JSON.parse(socktable('who', String(port), '--json').stdout) as SocketTable
    expect(answer).toMatchObject({ port, source: 'sock_diag', rows: [{ state: 'LISTEN' }, {}] })
  })
})

describe('on a terminal', () => {
  test.each([40, 80])('nothing is wider than %i columns', (columns) => {
    // eslint-disable-next-line no-control-regex -- colour takes no room
    const text = onTerminal(columns, '-a').replace(/\u001b\[\d+m/g, '')
    const lines = text.split('\r\n').filter((line) => !line.startsWith('socktable: '))
    expect(lines.length).toBeGreaterThan(2)
    expect(lines.filter((line) => line.length > columns)).toEqual([])
  })

  test('colour, unless it is not wanted', () => {
    expect(onTerminal(80, '')).toContain('\u001b[1mPROTO')
    expect(onTerminal(80, '', { NO_COLOR: '1', FORCE_COLOR: '1' })).not.toContain('\u001b[')
    expect(onTerminal(80, '', { TERM: 'dumb' })).not.toContain('\u001b[')
    expect(run([], [], { FORCE_COLOR: '1' }).stdout).not.toContain('\u001b[')
  })

  test('a last line says what more there is', () => {
    expect(onTerminal(80, '')).toMatch(/\d+ listening sockets?; -a shows all/)
  })
})

test('a closed pipe ends it quietly', () => {
  // Enough output that the reader is gone before the end of it.
  const flood = `{ ${Array(20).fill(quoted('-a --json')).join('; ')}; } | head -c 10`
  const { status, stderr, stdout } = spawnSync('sh', ['-c', flood], { encoding: 'utf8' })
  expect({ status, stderr, stdout }).toEqual({ status: 0, stderr: '', stdout: '{"source":' })
})

test('--help and --version', () => {
  expect(socktable('--help')).toMatchObject({ code: 0, stderr: '' })
  expect(socktable('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test.runIf(needs(isRoot, 'root, to become another user'))('hidden owners are mentioned', () => {
  const { code, stdout, stderr } = run(['--port', String(port)], AS_NOBODY)
  expect(code).toBe(0)
  expect(stdout).toMatch(/LISTEN +- +-/)
  expect(stderr).toMatch(/^socktable: permission hides the owner of \d+ sockets? \(\d+ process/)
  expect(stderr).toContain('sudo')
})
