import { describe, expect, test } from 'vitest'
import { checkBeginnings, replay } from '../support/replay.ts'

const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n'
const LINE =
  '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000002 00:00000000 00000000  1000        0 4711 1 0000000000000000 100 0 0 10 0\n'

function parse(text: string, parser = 'tcp') {
  return replay(parser, HEADER + text)
}

describe('/proc/net', () => {
  test('a line', () => {
    const { table, outcome } = parse(LINE)
    expect(outcome).toEqual({ skipped: '0' })
    expect(table.rows).toMatchObject([
      { localPort: 8080, state: 'LISTEN', uid: 1000, inode: 4711, receiveQueue: 2, backlog: null },
    ])
  })

  test('the line ends behind the inode, as that of TIME_WAIT may', () => {
    expect(parse(LINE.replace(/4711.*/, '4711')).table.rows).toHaveLength(1)
  })

  test('further columns of a later kernel', () => {
    expect(parse(LINE.replace('\n', ' 1 2 3 more\n')).table.rows).toHaveLength(1)
  })

  test('nothing but a header, and nothing at all', () => {
    expect(parse('').table).toMatchObject({ rows: [], complete: true })
    expect(replay('tcp', '').table).toMatchObject({ rows: [], complete: true })
  })

  test('a repeated line is one row, one with another inode is another', () => {
    expect(parse(LINE + LINE).table.rows).toHaveLength(1)
    expect(parse(LINE + LINE.replace('4711', '4712')).table.rows).toHaveLength(2)
  })

  test.each([
    ['an empty line', '\n'],
    ['garbage', 'garbage\n'],
    ['a digit that is none', LINE.replace('0100007F', '01G0007F')],
    ['an address that is too short', LINE.replace('0100007F:', '100007F:')],
    ['an address that is too long', LINE.replace('0100007F:', '00100007F:')],
    ['a port that is too long', LINE.replace(':1F90', ':1F900')],
    ['no remote address', LINE.replace('00000000:0000 ', '')],
    ['a state without digits', LINE.replace(' 0A ', ' XX ')],
    ['queues without a colon', LINE.replace('00000000:00000002', '0000000000000002')],
    ['a user that is no number', LINE.replace(' 1000 ', ' root ')],
    ['a user beyond 32 bits', LINE.replace(' 1000 ', ' 4294967296 ')],
    ['an inode beyond 64 bits', LINE.replace('4711', '18446744073709551616')],
    ['an inode with letters', LINE.replace('4711', '4711x')],
    ['a line that is cut', LINE.slice(0, 60) + '\n'],
    ['NUL bytes', `${'\0'.repeat(50)}\n`],
    ['a line without an end', LINE.trimEnd()],
    ['an endless line', 'x'.repeat(100_000)],
    ['a line that is too long', `${LINE.trimEnd()}${' '.repeat(5000)}\n`],
  ])('%s is counted and left out', (_, text) => {
    const { table, outcome } = parse(LINE.replace('4711', '1') + text)
    expect(outcome).toEqual({ skipped: '1' })
    expect(table).toMatchObject({ complete: false, missing: ['rows'], rows: [{ inode: 1 }] })
  })

  test('the line behind a hostile one is read', () => {
    expect(parse(`${'y'.repeat(9000)}\n${LINE}`).table.rows).toHaveLength(1)
  })

  test('an IPv6 line', () => {
    const line = LINE.replace('0100007F', '0000000000000000FFFF00000100007F')
      .replace('00000000:0000', '00000000000000000000000000000000:0000')
      .replace(' 0A ', ' 01 ')
    const { rows } = parse(line, 'tcp6').table
    expect(rows).toMatchObject([{ family: 'IPv6', state: 'ESTABLISHED', localPort: 8080 }])
  })

  test('no beginning of a hostile text does harm', () => {
    checkBeginnings('tcp', `${HEADER}${LINE}${'z'.repeat(300)}\n${LINE}`)
  })
})

describe('/proc/<pid>/stat', () => {
  const fields = 'S 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0'
  test.each([
    [`1 (init) ${fields}`, '4711'],
    [`1 (a) b) (c) ${fields}`, '4711'],
    [`1 (two\nlines) ${fields}`, '4711'],
    [`1 () ${fields}`, '4711'],
    [`1 (init) ${fields.replace('4711', '18446744073709551615')}`, '18446744073709551615'],
    [`1 (init) ${fields.replace('4711', '18446744073709551616')}`, 'none'],
    [`1 (init) ${fields.replace('4711', 'x')}`, 'none'],
    ['1 (init) S 1 1', 'none'],
    ['1 (init)', 'none'],
    ['no name', 'none'],
    ['', 'none'],
  ])('%j started at %s', (text, start) => {
    expect(replay('stat', text).outcome).toEqual({ start })
  })
})

test.each([
  ['socket:[4711]', '4711'],
  ['socket:[18446744073709551615]', '18446744073709551615'],
  ['socket:[18446744073709551616]', '0'],
  ['socket:[]', '0'],
  ['socket:[12', '0'],
  ['socket:[1x2]', '0'],
  ['socket:', '0'],
  ['socket', '0'],
  ['pipe:[4711]', '0'],
  ['/tmp/socket:[4711]', '0'],
  ['', '0'],
])('the link %j is to inode %s', (text, inode) => {
  expect(replay('link', text).outcome).toEqual({ inode })
})

describe('/proc/<pid>/mountinfo', () => {
  const mount = (options: string) => `22 1 0:21 / /proc rw shared:5 - proc proc rw${options}\n`
  const other = '23 1 0:22 / /mnt/proc rw - proc proc rw,hidepid=2\n'
  test.each([
    [mount(''), '0'],
    [mount(',hidepid=0'), '0'],
    [mount(',hidepid=off'), '0'],
    [mount(',hidepid=1'), '0'],
    [mount(',hidepid=noaccess'), '0'],
    [mount(',hidepid=2'), '1'],
    [mount(',hidepid=invisible,subset=pid'), '1'],
    [mount(',hidepid=4'), '1'],
    [mount(',hidepid=ptraceable'), '1'],
    [mount(',hidepid=2') + mount(''), '0'],
    [mount('') + mount(',hidepid=2').trimEnd(), '1'],
    [other, '0'],
    ['', '0'],
    ['\n\n', '0'],
  ])('%j hides processes: %s', (text, hides) => {
    expect(replay('mounts', text).outcome).toEqual({ hides })
  })
})

describe('of a process', () => {
  const stat = (parent: string, name = 'a) S 7 (b'): string =>
    `5 (${name}) S ${parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0\n`

  test.each([
    [stat('42'), '42'],
    [stat('0'), '0'],
    [stat('-1'), '0'],
    [stat('99999999999'), '0'],
    [stat('42').slice(0, 40), 'none'],
    ['', 'none'],
  ])('the parent in %j is %s', (text, parent) => {
    expect(replay('parent', text).outcome).toEqual({ parent })
  })

  const status = (group: string, uids: string): string =>
    `Name:\tTgid:\\nUid:\t7\nTgid:\t${group}\nPid:\t3\nUid:\t${uids}\nGid:\t0\t0\t0\t0\n`

  test.each([
    [status('12', '0\t1000\t2\t3').replace('\nUid:\t7', ''), '12', '1000'],
    ['Tgid:\t1\nUid:\t5\n', '1', '5'],
    ['Tgid:\t1\nUid:\t0\t4294967296\t0\t0\n', 'none', 'none'],
    ['Tgid:\tx\nUid:\t0\t0\t0\t0\n', 'none', 'none'],
    ['Uid:\t0\t0\t0\t0\n', 'none', 'none'],
    ['', 'none', 'none'],
  ])('group and user in %j', (text, group, uid) => {
    expect(replay('status', text).outcome).toEqual({ group, uid })
  })

  test.each([
    ['node\0-e\0\0', '3', '6'],
    ['overwritten', '1', '11'],
    ['a\0b', '2', '2'],
    // A title with the zeros that fill its room; one empty argument may be meant.
    ['nginx: worker\0\0\0\0\0', '1', '13'],
    ['a\0\0\0', '1', '1'],
    ['a\0\0', '2', '1'],
    ['a\0b\0\0\0', '4', '2'],
    ['\0\0\0', '3', '0'],
    ['', '0', '0'],
  ])('the arguments in %j', (text, count, length) => {
    expect(replay('arguments', text).outcome).toEqual({ count, length })
  })

  /** SYSTEM_PROCESS_INFORMATION of a 64-bit Windows, as far as it is read, without a name. */
  const entry = (pid: number, parent: number, created: number, isLast = false): Buffer => {
    const bytes = Buffer.alloc(256)
    bytes.writeUInt32LE(isLast ? 0 : 256, 0)
    bytes.writeBigUInt64LE(BigInt(created), 32)
    bytes.writeBigUInt64LE(BigInt(pid), 80)
    bytes.writeBigUInt64LE(BigInt(parent), 88)
    return bytes
  }
  const list = Buffer.concat([
    entry(0, 0, 0),
    entry(4, 0, 10),
    entry(8, 4, 20),
    entry(12, 8, 20), // at the same time
    entry(16, 20, 30), // its parent's number has gone to a younger one
    entry(20, 8, 40),
    entry(24, 99, 50), // its parent has ended
    entry(28, 28, 60),
    entry(32, 8, 0, true), // of unknown age
  ])

  test("Windows' processes, with parents that can be", () => {
    expect(replay('processes', list).outcome).toEqual({
      processes: '4<0,8<4,12<8,16<0,20<8,24<0,28<0,32<0,',
    })
    checkBeginnings('processes', list.subarray(0, 600))
  })

  test.each([1, 95, 96, 2 ** 32 - 1])(
    'an entry that says that the next is %i bytes off',
    (next) => {
      const bytes = Buffer.from(list)
      bytes.writeUInt32LE(next, 256)
      expect(replay('processes', bytes).outcome['processes']).toMatch(/^4<0,/)
    },
  )

  test('a name outside of the bytes', () => {
    const bytes = Buffer.from(list)
    bytes.writeUInt16LE(8, 256 + 56)
    bytes.writeBigUInt64LE(0x10n, 256 + 64)
    expect(replay('processes', bytes).outcome['processes']).toMatch(/^4<0,8<4,/)
  })
})
