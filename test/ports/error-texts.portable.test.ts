import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readError } from '../../src/ports/error-text/error.ts'

interface Sample {
  readonly program: string
  readonly text: string
  readonly code: string | null
  readonly port: number | null
  readonly host: string | null
  readonly path: string | null
  /** The issue, or the repository and file, that has it. */
  readonly source: string
}

const file = new URL('../fixtures/error-texts.json', import.meta.url)
const SAMPLES = JSON.parse(readFileSync(file, 'utf8')) as Sample[]

test.each(SAMPLES)('$program: $text', ({ text, code, port, host, path }) => {
  expect(readError(text)).toMatchObject({ code, port, host, path })
})

describe('the error that matters', () => {
  test.each([
    ['tried 10 times, port 4040 is in use, trying 4041', 'EADDRINUSE', 4040],
    [
      'Port 5173 is in use, trying another one...\nError: listen EADDRINUSE: address already in use :::9229',
      'EADDRINUSE',
      9229,
    ],
    [
      'publickey permission denied on host:22\nlisten EADDRINUSE: address already in use :::80',
      'EADDRINUSE',
      80,
    ],
    [
      'connect ECONNREFUSED 127.0.0.1:5432\nlisten EADDRINUSE: address already in use :::3000',
      'EADDRINUSE',
      3000,
    ],
    ['{"id":20568,"msg":"nothing of a port"}', null, null],
    ['    at Server.listen (server.js:10:15)\nat 12:30:45 all is well', null, null],
    ["EACCES: permission denied, open '/etc/shadow'", null, null],
    ['aa:bb:cc:00:11:22 joined at 2024-01-01T10:00:00Z', null, null],
    ['port 70000 is in use', 'EADDRINUSE', null],
  ])('%j', (text, code, port) => {
    expect(readError(text)).toMatchObject({ code, port })
  })
})

describe('an error as it was thrown', () => {
  const refused = (address: string) =>
    Object.assign(new Error(`connect ECONNREFUSED ${address}:3000`), {
      ...{ code: 'ECONNREFUSED', syscall: 'connect', address, port: 3000 },
    })

  test('may be several (Node.js 20 and localhost)', () => {
    const error = new AggregateError([refused('::1'), refused('127.0.0.1')])
    Object.assign(error, { code: 'ECONNREFUSED' })
    expect(readError(error)).toMatchObject({ code: 'ECONNREFUSED', host: '::1', port: 3000 })
  })

  test('may have been caused by another one, which may be its own cause', () => {
    const error = new TypeError('fetch failed', { cause: refused('127.0.0.1') })
    expect(readError(error)).toMatchObject({ code: 'ECONNREFUSED', port: 3000 })
    const ring: { message: string; cause?: unknown } = { message: 'x' }
    ring.cause = ring
    expect(readError(ring)).toMatchObject({ code: null, port: null })
    const text = { message: 'failed', cause: 'listen EADDRINUSE: address already in use :::81' }
    expect(readError(text)).toMatchObject({ code: 'EADDRINUSE', port: 81 })
  })

  test.each(['/run/x.sock', 'x.sock', '\\\\.\\pipe\\x', '\0abstract'])(
    'of the path %j',
    (address) => {
      const error = { code: 'EADDRINUSE', syscall: 'listen', address, port: -1, message: 'listen' }
      expect(readError(error)).toMatchObject({ port: null, host: null, path: address })
    },
  )

  test('with a number alone', () => {
    expect(readError({ errno: -98, port: 8080 })).toMatchObject({ code: 'EADDRINUSE', port: 8080 })
  })

  test('is no other value', () => {
    for (const error of [undefined, null, 3000, revoked()]) {
      expect(() => readError(error)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
    }
  })

  test('may hold what is revoked', () => {
    expect(readError({ message: 'x', errors: revoked(), cause: revoked() }).code).toBeNull()
  })
})

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

// A log that is piped into "socktable explain" may be anything.
test.each([
  ['digits', '1'.repeat(1 << 20)],
  ['colons', ':'.repeat(1 << 20)],
  ['ports', 'port '.repeat(200_000)],
  ['addresses', ':::3000 '.repeat(130_000)],
  ['errors', 'EADDRINUSE\n'.repeat(95_000)],
  ['data', '{"a":1}\n'.repeat(130_000)],
  ['braces', '{'.repeat(1 << 20)],
  ['sequences', '\x1b['.repeat(1 << 19)],
  ['titles', '\x1b]0;'.repeat(1 << 18)],
  ['quotes', `("'`.repeat(300_000)],
  ['paths', '/a.sock'.repeat(150_000)],
  ['lines', 'port is in use '.repeat(500).concat('\n').repeat(130)],
])('a megabyte of %s is read in a moment', (_, text) => {
  const began = performance.now()
  readError(text)
  // By far more than it takes: what grows with the square of the length takes minutes.
  expect(performance.now() - began).toBeLessThan(5000)
})
