import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ListOptions, type SocketRow, TCP_STATES, listSocketsSync } from '../../src/index.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { summary } from '../support/oracles.ts'
import { isRoot, needs } from '../support/requirements.ts'
import { undisturbed } from '../support/undisturbed.ts'

describe.runIf(needs(isRoot, 'root, to make network namespaces'))('filters', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab()
  })
  afterAll(() => lab.end())

  /** The rows that a query gives must be those of the whole table that pass the same test here. */
  async function compare(options: ListOptions, keep: (row: SocketRow) => boolean): Promise<number> {
    for (const source of ['sock_diag', 'procfs'] as const) {
      const { whole, filtered } = await undisturbed(() => ({
        whole: listSocketsSync({ bound: true, owners: 'none', source, include: 'details' }),
        filtered: listSocketsSync({
          bound: true,
          owners: 'none',
          source,
          ...options,
          include: 'details',
        }),
      }))
      const expected = whole.rows.filter(keep).map(summary).sort()
      expect(filtered.rows.map(summary).sort(), source).toEqual(expected)
      if (source === 'sock_diag' && expected.length === 0) throw new Error('nothing to find')
    }
    return listSocketsSync({ bound: true, owners: 'none' }).rows.filter(keep).length
  }
  const ports = (keep: (row: SocketRow) => boolean): number[] =>
    listSocketsSync({ bound: true, owners: 'none' })
      .rows.filter(keep)
      .map((row) => row.localPort)

  test.each(TCP_STATES.filter((state) => state !== 'CLOSED'))('state %s alone', async (state) => {
    await compare({ state, bound: state === 'BOUND' }, (row) => row.state === state)
  })

  test('several states give the rows of each', async () => {
    await compare(
      { state: ['LISTEN', 'TIME_WAIT', 'SYN_SENT'], bound: false },
      ({ state }) => state === 'LISTEN' || state === 'TIME_WAIT' || state === 'SYN_SENT',
    )
  })

  test('listening splits the rows in two', async () => {
    const waits = (row: SocketRow) =>
      row.state === 'LISTEN' || (row.protocol === 'udp' && row.remoteAddress === null)
    await compare({ listening: true, bound: false }, waits)
    await compare({ listening: false }, (row) => !waits(row))
  })

  test.each(['tcp', 'udp'] as const)('protocol %s', async (protocol) => {
    await compare({ protocol }, (row) => row.protocol === protocol)
  })

  test.each(['IPv4', 'IPv6'] as const)('family %s', async (family) => {
    await compare({ family }, (row) => row.family === family)
    await compare(
      { family, protocol: 'udp' },
      (row) => row.family === family && row.protocol === 'udp',
    )
  })

  test('one local port, for a listener, a bound socket, a client and UDP', async () => {
    const of = (keep: (row: SocketRow) => boolean) => ports(keep)[0] as number
    for (const port of [
      of(({ state }) => state === 'LISTEN'),
      of(({ state }) => state === 'BOUND'),
      of(({ state }) => state === 'ESTABLISHED'),
      of(({ protocol }) => protocol === 'udp'),
    ]) {
      await compare({ localPort: port }, (row) => row.localPort === port)
    }
  })

  test('one remote port', async () => {
    await compare({ remotePort: 7777 }, (row) => row.remotePort === 7777)
  })

  test('a local and a remote port', async () => {
    const [local = 0] = ports((row) => row.remotePort === 7777)
    const matching = await compare(
      { localPort: local, remotePort: 7777 },
      (row) => row.localPort === local && row.remotePort === 7777,
    )
    expect(matching).toBe(1)
  })

  test('ranges of ports', async () => {
    const peers = ports((row) => row.remotePort === 7777).sort((a, b) => a - b)
    const from = peers[1] as number
    const to = peers[4] as number
    await compare(
      { localPort: { from, to } },
      (row) => row.localPort >= from && row.localPort <= to,
    )
    await compare(
      { localPort: [{ from: 1, to: from }, to] },
      (row) => row.localPort <= from || row.localPort === to,
    )
    await compare(
      { localPort: { from, to }, remotePort: [{ from: 7000, to: 8000 }, from] },
      (row) =>
        row.localPort >= from &&
        row.localPort <= to &&
        row.remotePort !== null &&
        ((row.remotePort >= 7000 && row.remotePort <= 8000) || row.remotePort === from),
    )
  })

  test('more ports than the kernel is asked about in one go', async () => {
    const many = [...new Set(ports(() => true))].slice(0, 35)
    expect(many).toHaveLength(35)
    await compare({ localPort: many }, (row) => many.includes(row.localPort))
  })

  test('a question about bound sockets minds the ports, which the kernel does not', () => {
    const [port = 0] = ports(({ state }) => state === 'BOUND')
    const rows = listSocketsSync({ state: 'BOUND', localPort: port }).rows
    expect(rows.map(({ localPort }) => localPort)).toEqual([port])
    expect(listSocketsSync({ state: 'BOUND', localPort: 1 }).rows).toEqual([])
  })
})
