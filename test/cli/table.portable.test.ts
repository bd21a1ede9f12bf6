import { describe, expect, test } from 'vitest'
import { columnsFor } from '../../src/cli/print/columns.ts'
import { formatTable } from '../../src/cli/print/table.ts'
import { cells } from '../../src/cli/print/width.ts'
import { type SocketRow, TCP_STATES } from '../../src/index.ts'
import { sampleRow } from '../support/sample-row.ts'

const connection = sampleRow({
  family: 'IPv6',
  localAddress: '2001:db8:1111:2222:3333:4444:5555:6666',
  localPort: 50_000,
  remoteAddress: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff',
  remotePort: 44_300,
  state: 'ESTABLISHED',
})
const dual = sampleRow({
  family: 'IPv6',
  localAddress: '::',
  localPort: 38_945,
  dualStack: true,
  pids: [7],
})
const shared = sampleRow({ pids: [7, 4_194_302, 4_194_303, 4_194_304, 9] })
const processes = [
  { pid: 4242, name: 'a-very-long-process-name-indeed' },
  { pid: 7, name: 'nginx' },
]

function lines(rows: readonly SocketRow[], width = Infinity, names = processes): string[] {
  const text = formatTable(rows, names, { width, heading: (title) => title })
  expect(text.endsWith('\n')).toBe(true)
  return text.slice(0, -1).split('\n')
}

describe('a table of any width', () => {
  test('listeners have no column for peers', () => {
    expect(lines([dual, sampleRow({ pids: [] })])).toEqual([
      'PROTO  LOCAL ADDRESS   STATE   PID  PROCESS',
      'tcp6   [::]:38945 +v4  LISTEN  7    nginx',
      'tcp    127.0.0.1:3000  LISTEN  -    -',
    ])
  })

  test('UDP alone has no column for states', () => {
    expect(lines([sampleRow({ protocol: 'udp', state: null, pids: [7] })])).toEqual([
      'PROTO  LOCAL ADDRESS   PID  PROCESS',
      'udp    127.0.0.1:3000  7    nginx',
    ])
  })

  test('addresses, names and all holders are shown in full', () => {
    expect(lines([connection])[1]).toBe(
      'tcp6   [2001:db8:1111:2222:3333:4444:5555:6666]:50000  ' +
        '[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:44300  ESTABLISHED  4242  ' +
        'a-very-long-process-name-indeed',
    )
    expect(lines([shared])[1]).toMatch(/ {2}7,4194302,4194303,4194304,9 {2}nginx,\?$/)
  })

  test('the reason may stand where there is no process', () => {
    const text = formatTable([sampleRow({ pids: [], ownerUnknown: 'permission' })], [], {
      width: Infinity,
      heading: (title) => title,
      reasons: true,
    })
    expect(text).toMatch(/ {2}- {4}\(permission\)\n$/)
  })

  test('200,000 rows are printed, more than a call takes arguments', () => {
    expect(lines(Array<SocketRow>(200_000).fill(dual))).toHaveLength(200_001)
  })
})

describe('a table on a terminal', () => {
  const many = [connection, sampleRow(), dual, shared, sampleRow({ pids: [] })]

  test.each([200, 120, 80, 60, 40, 20, 10, 1])('no line is wider than %i columns', (width) => {
    const all = lines(many, width)
    expect(all).toHaveLength(many.length + 1)
    expect(all.filter((line) => cells(line) > width)).toEqual([])
  })

  test.each([80, 60, 40])('ports and PIDs are whole at %i columns', (width) => {
    const [, first, second, third, fourth, fifth] = lines(many, width)
    expect(first).toMatch(/:50000 .*:44300 .* 4242( |$)/)
    expect(second).toMatch(/:3000 .* 4242( |$)/)
    expect(third).toMatch(/:38945 .* 7( |$)/)
    expect(fourth).toMatch(/:3000 .* (7\+4|7,4194302\+3|7,4194302,4194303\+2)( |$)/)
    expect(fifth).toMatch(/:3000 .* -( |$)/)
  })

  test('the name gives way first, then the middle of addresses', () => {
    expect(lines([sampleRow()], 45)[1]).toBe('tcp    127.0.0.1:3000  LISTEN  4242  a-very-…')
    expect(lines([connection], 80)).toEqual([
      'PROTO  LOCAL ADDRESS           REMOTE ADDRESS         STATE        PID   PROCESS',
      'tcp6   [2001:d…55:6666]:50000  [2001:d…e:ffff]:44300  ESTABLISHED  4242  a-very…',
    ])
  })

  test('of many holders the first three are shown, or as many as fit', () => {
    expect(lines([shared], 120)[1]).toMatch(/ {2}7,4194302,4194303\+2 {2}nginx,\?$/)
    expect(lines([shared], 51)[1]).toMatch(/ {2}7,4194302\+3 {2}nginx,\?$/)
  })

  test('shortened states stay distinct', () => {
    const { state } = columnsFor([], false)
    const shown = TCP_STATES.map((name) => state.show(sampleRow({ state: name }), 0))
    expect(new Set(shown).size).toBe(TCP_STATES.length)
    expect(shown).toContain('LISTEN')
    expect(shown).toContain('ES…HED')
  })

  test('where little fits, what matters least goes first', () => {
    expect(lines([connection, dual], 46)).toEqual([
      'PROT LOCAL ADDRESS  REMOTE ADDRESS STATE  PID',
      'tcp6 [20…666]:50000 [20…fff]:44300 ES…HED 4242',
      'tcp6 [::]:38945 +v4                LISTEN 7',
    ])
  })

  test('a link-local address keeps its interface where there is room', () => {
    const row = sampleRow({ family: 'IPv6', localAddress: 'fe80::1%eth0', localPort: 68 })
    expect(lines([row], 80)[1]).toContain('[fe80::1%eth0]:68')
  })

  test('wide characters count twice', () => {
    const names = [{ pid: 7, name: '日本語日本語' }]
    expect(lines([dual], 43, names)[1]).toBe('tcp6   [::]:38945 +v4  LISTEN  7    日本語…')
  })
})

describe('control characters in a name are escaped', () => {
  const evil = '\u001b[31mred\u0007\r\nnext\u202e\u009b'
  const shown = '\\x1b[31mred\\x07\\x0d\\x0anext\\u{202e}\\x9b'

  test('of a process', () => {
    expect(lines([dual], Infinity, [{ pid: 7, name: evil }])[1]).toContain(shown)
  })

  test('of a network interface', () => {
    const row = { ...connection, localAddress: `fe80::1%${evil}`, remoteAddress: `fe80::2%${evil}` }
    const all = lines([row])
    expect(all).toHaveLength(2)
    expect(all[1]).toContain(`[fe80::1%${shown}]:50000`)
    expect(all[1]).toContain(`[fe80::2%${shown}]:44300`)
  })
})

test('the heading style marks the header alone', () => {
  const text = formatTable([dual], processes, { width: 80, heading: (title) => `<${title}>` })
  expect(text).toMatch(/^<PROTO .* PROCESS>\n[^<>]*$/)
})
