import { describe, expect, test } from 'vitest'
import { formatCsv } from '../../src/cli/print/csv.ts'
import { formatTable } from '../../src/cli/print/table.ts'
import { harmless, sorted } from '../../src/cli/print/text.ts'
import type { SocketRow } from '../../src/index.ts'

function row(fields: Partial<SocketRow> = {}): SocketRow {
  const pids = fields.pids ?? [4242]
  return {
    protocol: 'tcp',
    family: 'IPv4',
    localAddress: '127.0.0.1',
    localPort: 3000,
    remoteAddress: null,
    remotePort: null,
    state: 'LISTEN',
    pid: pids[0] ?? null,
    pids,
    fd: pids.length ? 3 : null,
    fds: pids.map(() => 3),
    processName: 'node',
    ownerUnknown: pids.length ? null : 'no-owner',
    uid: 0,
    inode: 1,
    receiveQueue: 0,
    sendQueue: 0,
    backlog: 511,
    dualStack: null,
    interface: null,
    ...fields,
  }
}

const connection = row({
  family: 'IPv6',
  localAddress: '2001:db8:1111:2222:3333:4444:5555:6666',
  localPort: 50_000,
  remoteAddress: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff',
  remotePort: 443,
  state: 'ESTABLISHED',
})
const processes = [
  { pid: 4242, name: 'a-very-long-process-name-indeed' },
  { pid: 7, name: 'nginx' },
]
const plain = (text: string): string => text

describe('table', () => {
  const lines = (rows: SocketRow[], width = Infinity) =>
    formatTable(rows, processes, { width, heading: plain }).trimEnd().split('\n')

  test('listeners have no column for peers', () => {
    const dual = row({
      family: 'IPv6',
      localAddress: '::',
      localPort: 80,
      dualStack: true,
      pids: [7],
    })
    expect(lines([dual, row({ pids: [] })])).toEqual([
      'PROTO  LOCAL ADDRESS   STATE   PID  PROCESS',
      'tcp6   [::]:80 +v4     LISTEN  7    nginx',
      'tcp    127.0.0.1:3000  LISTEN  -    -',
    ])
  })

  test('UDP alone has no column for states', () => {
    const udp = row({ protocol: 'udp', state: null, pids: [7] })
    expect(lines([udp])).toEqual([
      'PROTO  LOCAL ADDRESS   PID  PROCESS',
      'udp    127.0.0.1:3000  7    nginx',
    ])
  })

  test('connections, in full where nothing has to fit', () => {
    const [, line = ''] = lines([connection])
    expect(line).toContain('[2001:db8:1111:2222:3333:4444:5555:6666]:50000')
    expect(line).toContain('[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:443')
    expect(line).toContain('a-very-long-process-name-indeed')
  })

  test.each([120, 80, 60, 40, 10])('no line is wider than %i columns', (width) => {
    const all = lines([connection, row(), row({ pids: [1, 2, 3, 4, 5, 6] })], width)
    expect(all).toHaveLength(4)
    expect(all.filter((line) => line.length > width)).toEqual([])
  })

  test('the name is cut first, then the middle of addresses', () => {
    const [, line = ''] = lines([connection], 80)
    expect(line).toMatch(/\[2001:.*….*]:50000/)
    expect(line).toMatch(/\[2001:.*….*]:443/)
    expect(line).toContain('4242')
    expect(lines([row()], 45)[1]).toBe('tcp    127.0.0.1:3000  LISTEN  4242  a-very-…')
  })

  test('many holders are counted', () => {
    expect(lines([row({ pids: [7, 8, 9, 10, 11] })])[1]).toMatch(/ 7,8,9\+2 +nginx,\?$/)
  })

  test('a hostile name does nothing to the terminal', () => {
    const evil = [{ pid: 7, name: '\u001b[31mred\u0007\r\nnext\u202e\u009b' }]
    const text = formatTable([row({ pids: [7] })], evil, { width: Infinity, heading: plain })
    expect(text.split('\n')).toHaveLength(3)
    expect(text).toContain('\\x1b[31mred\\x07\\x0d\\x0anext\\u{202e}\\x9b')
  })
})

test('ordinary names in any script stay as they are', () => {
  expect(harmless('nginx: worker é 日本 🦊')).toBe('nginx: worker é 日本 🦊')
})

test('sorted by port, protocol, family and address', () => {
  const rows = [
    row({ localPort: 80, protocol: 'udp' }),
    row({ localPort: 443 }),
    row({ localPort: 80, family: 'IPv6', localAddress: '::' }),
    row({ localPort: 80, localAddress: '10.0.0.1' }),
    row({ localPort: 80 }),
  ]
  expect(sorted(rows)).toEqual([3, 4, 2, 0, 1].map((index) => rows[index]))
})

test('CSV is quoted by RFC 4180', () => {
  const text = formatCsv([row({ processName: 'a, "b"\nc', pids: [1, 2] })])
  const [header = '', ...rest] = text.split('\r\n')
  expect(header).toBe(Object.keys(row()).join(','))
  expect(rest.join('')).toBe(
    'tcp,IPv4,127.0.0.1,3000,,,LISTEN,1,1 2,3,3 3,"a, ""b""\nc",,0,1,0,0,511,,',
  )
})
