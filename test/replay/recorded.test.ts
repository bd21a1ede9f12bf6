import { describe, expect, test } from 'vitest'
import type { Include, SocketRow } from '../../src/index.ts'
import { summary } from '../support/oracles.ts'
import { checkBeginnings, fixture, recorded, replay } from '../support/replay.ts'

describe.each(recorded('linux'))('%s', (system) => {
  const rowsOf = (parser: string, name: string): readonly SocketRow<Include>[] =>
    replay(parser, fixture(system, name)).table.rows
  const lines = (rows: readonly SocketRow<Include>[]): string[] =>
    rows.map((row) => summary({ ...row, localAddress: row.localAddress.replace(/%.*/, '') })).sort()

  test('both sources show the same sockets', () => {
    const tcp = rowsOf('sock_diag_tcp', 'tcp.diag').filter(({ state }) => state !== 'BOUND')
    const procTcp = [...rowsOf('tcp', 'tcp'), ...rowsOf('tcp6', 'tcp6')]
    // Text files have no backlog: there it is 0.
    const withoutBacklog = tcp.map((row) => (row.backlog === null ? row : { ...row, backlog: 0 }))
    expect(lines(procTcp)).toEqual(lines(withoutBacklog))
    const udp = [...rowsOf('sock_diag_udp', 'udp4.diag'), ...rowsOf('sock_diag_udp', 'udp6.diag')]
    expect(lines([...rowsOf('udp', 'udp'), ...rowsOf('udp6', 'udp6')])).toEqual(lines(udp))
    expect(udp).toHaveLength(4)
  })

  test('every state is there, for both families', () => {
    const states = new Set(
      rowsOf('sock_diag_tcp', 'tcp.diag').map(({ family, state }) => `${family} ${state ?? ''}`),
    )
    expect(states.size).toBe(22)
  })

  test('a dump of listeners has listeners alone', () => {
    const listeners = rowsOf('sock_diag_tcp', 'listeners.diag')
    const all = rowsOf('sock_diag_tcp', 'tcp.diag').filter(({ state }) => state === 'LISTEN')
    expect(lines(listeners)).toEqual(lines(all))
    const wildcards = listeners.filter(({ localAddress }) => localAddress === '::')
    expect(wildcards.map(({ dualStack }) => dualStack).sort()).toEqual([false, true])
  })

  test.each([
    ['done-with-error.diag', '2'], // ENOENT in the payload of NLMSG_DONE
    ['error.diag', '22'], // EINVAL in NLMSG_ERROR
  ])('%s is an error', (name, error) => {
    const { table, outcome } = replay('sock_diag_tcp', fixture(system, name))
    expect(outcome).toMatchObject({ done: '1', error, malformed: '0' })
    expect(table.rows).toEqual([])
  })

  test.each([
    ['sock_diag_tcp', 'tcp.diag'],
    ['sock_diag_tcp', 'error.diag'],
    ['sock_diag_udp', 'udp6.diag'],
    ['tcp', 'tcp'],
    ['tcp6', 'tcp6'],
    ['udp', 'udp'],
    ['udp6', 'udp6'],
  ])('%s: no beginning of %s does harm', (parser, name) => {
    checkBeginnings(parser, fixture(system, name))
  })
})
