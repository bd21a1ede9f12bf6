import { describe, expect, test } from 'vitest'
import { type Findings, disagreementOf, obstaclesOf } from '../../src/ports/obstacles.ts'
import { readErrorText } from '../../src/ports/error-text/text.ts'
import { isPrivileged, portRules } from '../../src/ports/rules.ts'
import { sampleRow } from '../support/sample-row.ts'

const LISTENER = sampleRow()
const BOUND = sampleRow({ state: 'BOUND' })
const CLIENT = sampleRow({ state: 'ESTABLISHED', remoteAddress: '192.0.2.1', remotePort: 443 })
const TIME_WAIT = sampleRow({ state: 'TIME_WAIT', remoteAddress: '192.0.2.1', remotePort: 443 })

const findings = (fields: Partial<Findings>): Findings => ({
  code: 'EADDRINUSE',
  privileged: false,
  holders: [],
  connections: [],
  platform: 'linux',
  ...fields,
})

describe('what is in the way', () => {
  test.each<[Partial<Findings>, string[]]>([
    [{ code: null, holders: [BOUND] }, []],
    [{ holders: [LISTENER] }, ['listener']],
    [{ holders: [BOUND, LISTENER] }, ['listener', 'bound']],
    [{ holders: [LISTENER], connections: [CLIENT, TIME_WAIT] }, ['listener']],
    [{ connections: [CLIENT] }, ['connection']],
    [{ connections: [TIME_WAIT] }, ['time-wait']],
    [{ connections: [TIME_WAIT, CLIENT] }, ['connection', 'time-wait']],
    [{}, ['hidden']],
    [{ code: 'EACCES', privileged: true }, ['privileged']],
    [{ code: 'EACCES' }, ['denied']],
    [{ code: 'EPERM' }, ['denied']],
    [{ code: 'EACCES', platform: 'win32' }, ['excluded']],
    [{ code: 'EACCES', platform: 'win32', holders: [LISTENER] }, ['listener']],
    [{ code: 'EADDRNOTAVAIL' }, ['address']],
    [{ code: 'EINVAL' }, ['address']],
    [{ code: 'EAFNOSUPPORT' }, ['family']],
  ])('%#', (fields, obstacles) => {
    expect(obstaclesOf(findings(fields))).toEqual(obstacles)
  })

  test('the table and the bind that was tried may differ', () => {
    expect(disagreementOf(findings({ holders: [LISTENER] }))).toBeNull()
    expect(disagreementOf(findings({ code: null }))).toBeNull()
    expect(disagreementOf(findings({}))).toContain('shows no socket there')
    const free = findings({ code: null, holders: [LISTENER] })
    expect(disagreementOf(free)).toContain('was closed when the bind was tried')
    expect(disagreementOf({ ...free, platform: 'win32' })).toContain('share a port')
    expect(disagreementOf({ ...free, platform: 'darwin' })).toContain('SO_REUSEADDR')
  })
})

test('macOS lets anybody bind a low port on all addresses, and takes root for one address', () => {
  const rules = { ...portRules('darwin'), privilegedBelow: 1024 }
  expect(isPrivileged(80, '127.0.0.1', rules)).toBe(true)
  expect(isPrivileged(80, '::1', rules)).toBe(true)
  expect(isPrivileged(1024, '127.0.0.1', rules)).toBe(false)
  expect(isPrivileged(80, '0.0.0.0', rules)).toBe(false)
  expect(isPrivileged(80, '::', rules)).toBe(false)
  expect(isPrivileged(80, '::', { ...rules, wildcardsFree: false })).toBe(true)
})

// As programs print them.
test.each([
  ['listen EADDRINUSE: address already in use :::3000', 'EADDRINUSE', '::', 3000],
  [
    'Error: listen EADDRINUSE: address already in use 127.0.0.1:8080',
    'EADDRINUSE',
    '127.0.0.1',
    8080,
  ],
  ['bind EADDRINUSE 0.0.0.0:53', 'EADDRINUSE', '0.0.0.0', 53],
  ['listen EACCES: permission denied 0.0.0.0:80', 'EACCES', '0.0.0.0', 80],
  ['listen tcp :8080: bind: address already in use', 'EADDRINUSE', null, 8080],
  ['listen tcp [::1]:8080: bind: address already in use', 'EADDRINUSE', '::1', 8080],
  [
    "[Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
    'EADDRINUSE',
    '127.0.0.1',
    8000,
  ],
  ['Port 5173 is in use, trying another one...', 'EADDRINUSE', null, 5173],
  ['java.net.BindException: Address already in use: bind', 'EADDRINUSE', null, null],
  [
    'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
    'EADDRINUSE',
    '0.0.0.0',
    80,
  ],
  [
    'bind: An attempt was made to access a socket in a way forbidden by its access permissions.',
    'EACCES',
    null,
    null,
  ],
  [
    'listen tcp 127.0.0.1:50051: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.',
    'EADDRINUSE',
    '127.0.0.1',
    50_051,
  ],
  ['OSError: [WinError 10048]', 'EADDRINUSE', null, null],
  ['connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED', '127.0.0.1', 5432],
  ['cannot listen on localhost:3000: WSAEACCES', 'EACCES', 'localhost', 3000],
  ['at 12:30:45 nothing happened', null, null, null],
  ['', null, null, null],
])('%s', (text, code, host, port) => {
  expect(readErrorText(text)).toMatchObject({ code, host, port })
})
