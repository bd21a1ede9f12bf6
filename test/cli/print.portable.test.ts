import { describe, expect, test } from 'vitest'
import { csvLines } from '../../src/cli/print/csv.ts'
import { formatJson, jsonOfTable } from '../../src/cli/print/json.ts'
import { escapeControls, sorted } from '../../src/cli/print/text.ts'
import { cells, cutEnd, cutMiddle, padEnd, wrap } from '../../src/cli/print/width.ts'
import type { Include, SocketRow, SocketTable } from '../../src/index.ts'
import { sampleRow } from '../support/sample-row.ts'

const csv = (rows: readonly SocketRow<Include>[], linesBreak?: boolean): string =>
  [...csvLines(rows, linesBreak)].join('')

test('escapeControls keeps ordinary names in any script', () => {
  expect(escapeControls('nginx: worker é 日本 🦊')).toBe('nginx: worker é 日本 🦊')
})

describe('the width of text', () => {
  test.each([
    ['nginx', 5],
    ['é…', 2],
    ['日本', 4],
    ['🦊', 2],
    ['한글', 4],
    ['', 0],
  ])('%s takes %i cells', (text, width) => {
    expect(cells(text)).toBe(width)
  })

  test.each([
    ['nginx', 5, 'nginx', 'nginx'],
    ['nginx', 4, 'ngi…', 'n…nx'],
    ['nginx', 1, '…', '…'],
    ['日本語日本語', 6, '日本…', '日…語'],
    ['🦊🦊🦊', 5, '🦊🦊…', '🦊…🦊'],
  ])('%s in %i cells', (text, room, byEnd, byMiddle) => {
    expect(cutEnd(text, room)).toBe(byEnd)
    expect(cutMiddle(text, room)).toBe(byMiddle)
  })

  test('no cell holds no text', () => {
    expect(cutEnd('nginx', 0)).toBe('')
  })

  test('padding counts cells', () => {
    expect(padEnd('日', 4)).toBe('日  ')
    expect(padEnd('日本', 3)).toBe('日本')
  })
})

describe('wrap', () => {
  test('breaks lines between words and indents what follows', () => {
    expect(wrap('one two three four', 9)).toBe('one two\n  three\n  four\n')
  })

  test('keeps one line without a width', () => {
    expect(wrap('one two three four', Infinity)).toBe('one two three four\n')
  })

  test('gives a word that is too long its own line', () => {
    expect(wrap('extraordinary words', 5)).toBe('extraordinary\n  words\n')
  })
})

test('sorted orders rows by port, protocol, family, address and peer', () => {
  const rows = [
    sampleRow({ localPort: 80, protocol: 'udp', localAddress: '10.0.0.1' }),
    sampleRow({ localPort: 443 }),
    sampleRow({ localPort: 80, family: 'IPv6', localAddress: '1::' }),
    sampleRow({
      localPort: 80,
      localAddress: '10.0.0.1',
      remoteAddress: '10.0.0.9',
      remotePort: 2,
    }),
    sampleRow({
      localPort: 80,
      localAddress: '10.0.0.1',
      remoteAddress: '10.0.0.9',
      remotePort: 1,
    }),
    sampleRow({ localPort: 80, localAddress: '10.0.0.1' }),
    sampleRow({ localPort: 80, localAddress: '9.0.0.1' }),
  ]
  expect(sorted(rows)).toEqual([5, 4, 3, 6, 2, 0, 1].map((index) => rows[index]))
})

describe('CSV', () => {
  test('is quoted by RFC 4180, with the fields of the API in order', () => {
    const text = csv([sampleRow({ processName: 'a, "b"\nc', pids: [1, 2] })])
    expect(text).toBe(
      `${Object.keys(sampleRow()).join(',')}\r\n` +
        '1,IPv4,tcp,127.0.0.1,3000,,,LISTEN,,1,1 2,3,3 3,"a, ""b""\nc",,0,1,,0,0,511,,,,\r\n',
    )
  })

  test('quotes each of what would end a field', () => {
    const names = ['a,b', 'a"b', 'a\rb', 'a\nb', 'a b']
    const fields = names.map((processName) => {
      const [, ...rest] = csv([sampleRow({ processName })]).split('3,3,')
      return rest.join('').split(',,0,1,,')[0]
    })
    expect(fields).toEqual(['"a,b"', '"a""b"', '"a\rb"', '"a\nb"', 'a b'])
  })

  const nameOf = (processName: string, linesBreak?: boolean) =>
    csv([sampleRow({ processName })], linesBreak)
      .split('3,3,')
      .at(-1)
      ?.split(',,0,1,,')[0]

  test('escapes what acts on a terminal, and line breaks where it is one', () => {
    const name = 'a\u001b[31m\u009b\u007f\u202e\u2066b\r\n'
    const escaped = 'a\\x1b[31m\\x9b\\x7f\\u{202e}\\u{2066}b'
    expect(nameOf(name, false)).toBe(`${escaped}\\x0d\\x0a`)
    expect(nameOf(name)).toBe(`"${escaped}\r\n"`)
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\uff1d1', '\t=1'])(
    'gives a spreadsheet no formula: %j',
    (name) => {
      expect(nameOf(name)?.charAt(0)).toBe("'")
    },
  )

  test('of no rows is the header alone', () => {
    expect(csv([])).toBe(`${Object.keys(sampleRow()).join(',')}\r\n`)
  })
})

test('JSON of a table is one line, with the fields in their order', () => {
  const table: SocketTable<Include> = {
    source: 'sock_diag',
    fallback: null,
    complete: true,
    missing: [],
    hidden: { processes: 0, sockets: 0 },
    processes: [{ pid: 4242, name: '\u001b"' }],
    rows: Array.from({ length: 401 }, (_, localPort) =>
      sampleRow({ localPort, processName: localPort === 300 ? '\u009b' : 'node' }),
    ),
  }
  const text = [...jsonOfTable({ port: 3000, ...table })].join('')
  expect(text).toBe(formatJson({ port: 3000, ...table }))
  expect(text).toMatch(/^\{"port":3000,"source":"sock_diag".*\}\n$/)
  expect(text).not.toContain('\u001b')
  expect(JSON.parse(text)).toEqual({ port: 3000, ...table })
})

test('JSON escapes what acts on a terminal and parses to the same value', () => {
  const names = [
    '\u007f',
    '\u0085',
    '\u009b31m',
    '\u202e',
    '\u2066',
    '\u2028',
    '\u{e0041}',
    '\u061c',
  ]
  const text = formatJson({ names })
  expect(text).toMatch(/^[\x20-\x7e]*\n$/)
  expect(JSON.parse(text)).toEqual({ names })
})
