import { once } from 'node:events'
import { type Socket, createSocket } from 'node:dgram'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { cells } from '../../src/cli/print/width.ts'
import type { SocketTable } from '../../src/index.ts'
import { useListener } from '../support/own-sockets.ts'
import { bash, onTerminal, run } from './run.ts'

const listener = useListener()

/** The lines on a screen, for which colour takes no room. */
function screen(columns: number, line: string): string[] {
  return stripVTControlCharacters(onTerminal(columns, line)).trimEnd().split('\r\n')
}

describe.each([40, 80])('on a terminal of %i columns nothing wraps', (columns) => {
  test.each([
    ['-a', 4],
    ['who PORT', 5],
    ['who CLIENT', 3],
    ['who 1', 1],
    ['-t', 4],
    ['--state NONE', 2],
    ['-aB --source procfs', 5],
  ])('socktable %s', (line, least) => {
    const { port, client } = listener
    const words = line.replace('PORT', String(port)).replace('CLIENT', String(client.localPort))
    const lines = screen(columns, words)
    expect(lines.length).toBeGreaterThanOrEqual(least)
    expect(lines.filter((text) => cells(text) > columns)).toEqual([])
  })
})

describe('colour', () => {
  test('marks the header on a terminal', () => {
    expect(onTerminal(80, '')).toContain('\u001b[1mPROTO')
  })

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['an empty NO_COLOR', { NO_COLOR: '' }],
    ['NO_COLOR against FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }],
    ['a terminal that has none', { TERM: 'dumb' }],
    ['one that has none against FORCE_COLOR', { TERM: 'dumb', FORCE_COLOR: '1' }],
  ])('is left out for %s', (_, env) => {
    const text = onTerminal(80, '', env)
    expect(text).toMatch(/^PROTO /)
    expect(text).not.toContain('\u001b')
  })

  test('never goes into a pipe', () => {
    const { stdout } = run([], { env: { FORCE_COLOR: '1' } })
    expect(stdout).toMatch(/^PROTO /)
    expect(stdout).not.toContain('\u001b')
  })
})

test.each([
  ['', /^\d+ listening sockets?; -a shows all$/],
  ['-t', /^\d+ connected sockets?; -l shows listening ones, -a all$/],
  ['-a', /^\d+ sockets$/],
  ['--port 1', /^0 matching sockets$/],
  ['who 1', /^nothing found on port 1$/],
])('the last line of socktable %s counts what is shown', (line, expected) => {
  expect(screen(80, line).at(-1)).toMatch(expected)
})

describe('output larger than a pipe', () => {
  const sockets: Socket[] = []
  afterEach(async () => {
    await Promise.all(
      sockets.splice(0).map((socket) => {
        socket.close()
        return once(socket, 'close')
      }),
    )
  })

  async function openSockets(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const socket = createSocket('udp4').bind(0, '127.0.0.1')
      sockets.push(socket)
      await once(socket, 'listening')
    }
  }

  test('arrives whole, or ends quietly where the reader stops', async () => {
    await openSockets(400)
    const { stdout } = run(['-u', '-a', '--json'])
    expect(stdout.length).toBeGreaterThan(2 ** 16)
    expect((JSON.parse(stdout) as SocketTable).rows).toHaveLength(400)
    const closed = bash('$SOCKTABLE -ua --json | head -c 10; echo " ${PIPESTATUS[0]}"')
    expect(closed).toEqual({ code: 0, stdout: '{"source": 0\n', stderr: '' })
  })
})

test('output without a reader ends quietly', () => {
  // The reader ends after one line, before the command starts.
  const closed = 'coproc { read -r; }; exec 5>&"${COPROC[1]}"; pid=$COPROC_PID; echo >&5; wait $pid'
  expect(bash(`${closed}; $SOCKTABLE -a >&5; echo $?`)).toEqual({
    code: 0,
    stdout: '0\n',
    stderr: '',
  })
})

test('output that cannot be written is an error with exit code 3', () => {
  const { code, stderr } = bash('$SOCKTABLE -a >/dev/full')
  expect(code).toBe(3)
  expect(stderr).toMatch(/^socktable: the output could not be written: ENOSPC: .*\n$/)
})

test('an error that cannot be written keeps its exit code', () => {
  expect(bash('$SOCKTABLE --port abc 2>/dev/full')).toEqual({ code: 2, stdout: '', stderr: '' })
})
