import { describe, expect, test } from 'vitest'
import type { SocketRow, SocketTable } from '../../src/index.ts'
import { supportFile } from '../support/children.ts'
import { evaluate } from '../support/evaluate.ts'
import { IN_OWN_PIDS, puppetWords, publicProgram } from '../support/holders.ts'
import { isRoot, needs } from '../support/requirements.ts'

/** Code that starts a program in the namespace and reads the line of JSON that it prints. */
const START = `
  const start = async (...words) => {
    const child = require('child_process').spawn('env', words, { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = require('readline').createInterface(child.stdout)
    const [line] = await require('events').once(lines, 'line')
    return { ...JSON.parse(line), child }
  }`

// Elsewhere a process that even root can't read may be the holder, and the reason is "permission".
describe.runIf(needs(isRoot, 'root, to make PID namespaces'))('where all can be read', () => {
  test.each(['first', 'all'])('a socket on its way has no owner: %s', (owners) => {
    const code = `${START}
      const { port, child } = await start(...${JSON.stringify(puppetWords('in_flight()'))})
      const table = m.listSocketsSync({ localPort: port, owners: '${owners}' })
      child.kill()
      return table`
    const table = evaluate<SocketTable>(code, IN_OWN_PIDS)
    expect(table.rows).toMatchObject([{ pid: null, pids: [], ownerUnknown: 'not-found' }])
    expect(table).toMatchObject({ complete: true, missing: [] })
    expect(table.hidden).toEqual({ processes: 0, sockets: 0 })
  })

  test('what ends during a read is gone, and is not taken for what may not be read', () => {
    const code = `${START}
      const churn = await start('python3', '${supportFile('load.py')}', 'churn')
      const forks = await start(...${JSON.stringify(puppetWords('listen_and_end_forever()'))})
      const reasons = {}
      const tables = []
      for (let round = 0; round < 300; round++) {
        const { rows, ...table } = m.listSocketsSync({ owners: round % 2 ? 'first' : 'all' })
        for (const row of rows) {
          if (row.localPort !== churn.port && row.remotePort !== churn.port) continue
          const reason = row.ownerUnknown ?? (row.pid === churn.pid ? 'right' : 'wrong')
          reasons[reason] = (reasons[reason] ?? 0) + 1
        }
        tables.push(table)
      }
      churn.child.kill()
      forks.child.kill()
      const hidden = tables.filter(({ hidden }) => hidden.processes > 0 || hidden.sockets > 0)
      return { reasons, incomplete: tables.filter(({ complete }) => !complete), hidden }`
    const seen = evaluate<{
      reasons: Partial<Record<string, number>>
      incomplete: SocketTable[]
      hidden: SocketTable[]
    }>(code, IN_OWN_PIDS)
    expect(seen).toMatchObject({ incomplete: [], hidden: [] })
    const { right = 0, gone = 0, 'not-found': notFound = 0, ...others } = seen.reasons
    expect(right).toBeGreaterThan(300) // the listener in each, and some connections
    expect(gone).toBeGreaterThan(0)
    // A descriptor leaves its table a moment before its socket ends (__fput runs as task work).
    expect(notFound).toBeLessThan(gone)
    const nobodys = ['no-owner', 'not-accepted']
    expect(Object.keys(others).filter((reason) => !nobodys.includes(reason))).toEqual([])
  })

  // With hidepid a user sees its own processes, and process 1 of a container may be one of them.
  test('hidden processes are known of where process 1 is not hidden', () => {
    const code = `${START}
      const { port, child } = await start('${publicProgram('threads')}', 'shared')
      const told = m.listSocketsSync({ localPort: port }).rows[0]
      process.setgroups([])
      process.setgid(65534)
      process.setuid(65534)
      const table = m.listSocketsSync({ localPort: port })
      child.stdin.end()
      return { told, table, self: process.pid }`
    const mounted = ['--mount', 'sh', '-c', 'mount -t proc -o hidepid=2 proc /proc && exec "$@"']
    const prefix = ['unshare', '--fork', '--pid', '--kill-child', ...mounted, 'sh']
    const seen = evaluate<{ told: SocketRow; table: SocketTable; self: number }>(code, prefix)
    expect(seen.self).toBe(1)
    expect(seen.told.pid).toBeGreaterThan(1)
    expect(seen.table.rows).toMatchObject([{ pid: null, ownerUnknown: 'permission' }])
    expect(seen.table).toMatchObject({ complete: false, missing: ['owners'] })
  })
})
