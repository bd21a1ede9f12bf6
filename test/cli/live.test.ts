import { describe, expect, test } from 'vitest'
import type { Include, SocketChanges, SocketRow } from '../../src/index.ts'
import { type Picture, draw } from '../../src/cli/live/draw.ts'
import { LiveTable, MARKED } from '../../src/cli/live/live-table.ts'
import { FIRST_VIEW, SORTS, type View, arrange, press } from '../../src/cli/live/view.ts'
import { sampleRow } from '../support/sample-row.ts'

const NOTHING: SocketChanges<Include> = {
  source: 'sock_diag',
  fallback: null,
  complete: true,
  missing: [],
  hidden: { processes: 0, sockets: 0 },
  sockets: 0,
  processes: [],
  opened: [],
  closed: [],
  changed: [],
  shortLived: null,
}

function tableOf(...rows: SocketRow<Include>[]): LiveTable {
  const table = new LiveTable()
  table.apply({ ...NOTHING, opened: rows, processes: [{ pid: 4242, name: 'node' }] }, 0)
  return table
}

const marks = (table: LiveTable) => table.entries.map(({ row, mark }) => [row.localPort, mark])
const first = sampleRow({ id: 'first', localPort: 1 })
const second = sampleRow({ id: 'second', localPort: 2 })

describe('marks of the live table', () => {
  test('sockets of the first read have none', () => {
    expect(marks(tableOf(first))).toEqual([[1, null]])
  })

  test('stay for a while and go, closed sockets with them', () => {
    const table = tableOf(first)
    table.apply({ ...NOTHING, opened: [second], closed: [first] }, 1000)
    expect(marks(table).sort()).toEqual([
      [1, 'closed'],
      [2, 'opened'],
    ])
    expect(table.expire(1000 + MARKED - 1)).toBe(1000 + MARKED)
    expect(marks(table)).toHaveLength(2)
    expect(table.expire(1000 + MARKED)).toBe(Infinity)
    expect(marks(table)).toEqual([[2, null]])
  })

  test('a socket that changes or closes keeps its entry', () => {
    const table = tableOf(first)
    const [{ id } = { id: 0 }] = table.entries
    const changed = { ...first, state: 'CLOSE_WAIT' } as const
    table.apply({ ...NOTHING, changed: [{ before: first, after: changed }] }, 0)
    expect(table.entries).toMatchObject([{ id, mark: 'changed', row: changed }])
    table.apply({ ...NOTHING, closed: [changed] }, 0)
    expect(table.entries).toMatchObject([{ id, mark: 'closed', row: changed }])
  })

  test('of sockets with one id one closes, and one that opens later gets an entry of its own', () => {
    const table = tableOf(first, first)
    table.apply({ ...NOTHING, closed: [first], opened: [first] }, 0)
    expect(marks(table).map(([, mark]) => mark)).toEqual([null, 'closed', 'opened'])
    table.apply({ ...NOTHING, closed: [first, first] }, 0)
    table.expire(MARKED)
    expect(table.entries).toEqual([])
  })

  test('names of processes that no socket has any more are removed', () => {
    const table = tableOf(first)
    for (let pid = 1; pid <= 5000; pid += 100) {
      const processes = Array.from({ length: 100 }, (_, index) => ({ pid: pid + index, name: 'x' }))
      table.apply({ ...NOTHING, processes }, 0)
    }
    expect(table.processes.length).toBeLessThan(1200)
    expect(table.processes.some(({ pid }) => pid === 4242)).toBe(true)
  })
})

describe('the live table is filtered and sorted', () => {
  const rows = [
    sampleRow({ localPort: 22, pids: [9], processName: 'sshd' }),
    sampleRow({ localPort: 3000, family: 'IPv6', localAddress: '::', processName: 'node' }),
    sampleRow({
      localPort: 3000,
      remoteAddress: '192.0.2.7',
      remotePort: 443,
      state: 'CLOSE_WAIT',
    }),
    sampleRow({ localPort: 53, protocol: 'udp', state: null, pids: [], processName: null }),
  ]
  const entries = tableOf(...rows).entries
  const ports = (view: Partial<View>) =>
    arrange(entries, { ...FIRST_VIEW, ...view }).map(({ row }) => row.localPort)

  test.each([
    ['', [22, 53, 3000, 3000]],
    ['tcp6', [3000]],
    ['NODE :3000', [3000, 3000]],
    ['192.0.2.7:443', [3000]],
    ['wait', [3000]],
    ['sshd 9', [22]],
    ['udp node', []],
  ])('with the filter "%s"', (filter, expected) => {
    expect(ports({ filter })).toEqual(expected)
  })

  test.each([
    ['protocol', [22, 3000, 3000, 53]],
    ['local', [22, 53, 3000, 3000]],
    ['remote', [22, 53, 3000, 3000]],
    ['state', [53, 3000, 22, 3000]],
    ['pid', [22, 3000, 3000, 53]],
    ['process', [3000, 3000, 22, 53]],
  ] as const)('by %s', (sort, expected) => {
    expect(SORTS).toContain(sort)
    expect(ports({ sort })).toEqual(expected)
    expect(ports({ sort, descending: true })).toEqual([...expected].reverse())
  })

  test('keys are letters while a filter is typed', () => {
    let view: View = FIRST_VIEW
    for (const sequence of ['/', 'q', 'k', ' ', '\u0007', '3']) {
      const answer = press(view, { name: sequence, sequence }, entries, 10)
      expect(answer.action).toBeNull()
      view = answer.view
    }
    expect(view).toMatchObject({ filter: 'qk 3', typing: true })
    view = press(view, { name: 'backspace', sequence: '\u007f' }, entries, 10).view
    expect(view.filter).toBe('qk ')
    view = press(view, { name: 'escape' }, entries, 10).view
    expect(view).toMatchObject({ filter: '', typing: false })
  })

  test('the arrow keys stay within the table', () => {
    const shown = arrange(entries, FIRST_VIEW)
    const after = (names: readonly string[]) => {
      const view = names.reduce((now, name) => press(now, { name }, shown, 2).view, FIRST_VIEW)
      return shown.findIndex(({ id }) => id === view.selected)
    }
    expect(after(['down'])).toBe(0)
    expect(after(['down', 'down'])).toBe(1)
    expect(after(['down', 'up'])).toBe(0)
    expect(after(['down', 'pagedown'])).toBe(2)
    expect(after(['end', 'down'])).toBe(3)
    expect(after(['end', 'pageup'])).toBe(1)
    expect(after(['end', 'home'])).toBe(0)
    expect(press(FIRST_VIEW, { name: 'down' }, [], 2).view.selected).toBeNull()
  })
})

describe('the drawn table', () => {
  const table = tableOf(...Array.from({ length: 30 }, (_, port) => sampleRow({ localPort: port })))
  const picture = (fields: Partial<Picture> = {}): Picture => ({
    view: FIRST_VIEW,
    shown: arrange(table.entries, FIRST_VIEW),
    processes: table.processes,
    sockets: 30,
    missing: '',
    page: [],
    notice: null,
    columns: 80,
    lines: 10,
    ...fields,
  })
  const texts = (fields: Partial<Picture> = {}) => draw(picture(fields)).map(({ text }) => text)

  test('fills the terminal and is no wider', () => {
    for (const [columns, lines] of [
      [80, 24],
      [20, 5],
      [5, 3],
      [1, 1],
    ] as const) {
      const drawn = texts({ columns, lines, missing: '3 owners hidden by permission' })
      expect(drawn).toHaveLength(lines)
      expect(Math.max(...drawn.map((text) => text.length))).toBeLessThanOrEqual(columns)
    }
  })

  test('contains the selected socket, however far down', () => {
    for (const { id, row } of table.entries) {
      const drawn = draw(picture({ view: { ...FIRST_VIEW, selected: id } }))
      const [line, ...others] = drawn.filter(({ style }) => style === 'selected')
      expect(others).toEqual([])
      expect(line?.text).toMatch(new RegExp(`^> tcp .*:${row.localPort} `))
    }
  })

  test('shows an explanation in place of the table and a notice in place of the help', () => {
    const drawn = texts({ page: ['because'], notice: 'press any key to go back' })
    expect(drawn[1]).toBe('because')
    expect(drawn.at(-1)).toBe('press any key to go back')
    expect(drawn.join('\n')).not.toContain('PROTO')
  })
})
