import { readFileSync, readlinkSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { listSocketsSync } from '../../src/index.ts'
import { compile } from '../support/compiled.ts'
import { AS_NOBODY, evaluate } from '../support/evaluate.ts'
import { IN_OWN_PIDS, hold, publicProgram } from '../support/holders.ts'
import { canBecomeOthers, isRoot, needs } from '../support/requirements.ts'

const asked = (port: number, owners: string): string =>
  `return m.listSocketsSync({ localPort: ${port}, owners: '${owners}' }).rows[0].pids`

// With kcmp(2) the search knows which threads share a table; without it, it looks at 200 of them. In
// a PID namespace of its own, where no process is hidden.
test.runIf(needs(isRoot, 'root, to make a PID namespace')).each(['first', 'all'])(
  'a search that ends early says so: owners: %s',
  (owners) => {
    const code = `
    const { spawn } = require('child_process')
    const holder = spawn('${compile('owners-special')}', ['many-tables'])
    const [line] = await require('events').once(holder.stdout, 'data')
    const { pid, port } = JSON.parse(line)
    const { rows, complete, missing } = m.listSocketsSync({ localPort: port, owners: '${owners}' })
    holder.kill()
    const [{ pids, ownerUnknown }] = rows
    return { found: pids.includes(pid), ownerUnknown, complete, missing }`
    expect(evaluate(code, IN_OWN_PIDS)).toEqual({
      ...{ found: true, ownerUnknown: null, complete: true, missing: [] },
    })
    expect(evaluate(code, [...IN_OWN_PIDS, compile('deny'), 'kcmp', '1'])).toEqual({
      ...{ found: false, ownerUnknown: 'not-searched', complete: false, missing: ['search'] },
    })
  },
)

describe.each(['first', 'all'])('owners: %s', (owners) => {
  // The link count of the task directory and the number of descriptors are all that tells then.
  test("a thread's own table of the same size as the process's, without kcmp(2)", async () => {
    const held = await hold([compile('owners-special'), 'equal-tables'])
    expect(evaluate(asked(held.port, owners))).toEqual([held.pid])
    const withoutKcmp = evaluate(asked(held.port, owners), [compile('deny'), 'kcmp', '1'])
    expect(withoutKcmp).toEqual([held.pid])
  })

  // Once its main thread has ended, /proc/<pid>/fd belongs to root (task_dump_owner in
  // fs/proc/base.c) while /proc/<pid>/task/<tid>/fd still belongs to the user.
  test
    .runIf(needs(canBecomeOthers, 'root, to become another user'))
    .each(['own-table', 'main-ended'])(
    'a thread alone, of a user without privilege: %s',
    async (way) => {
      const held = await hold([...AS_NOBODY, publicProgram('threads'), way])
      expect(evaluate(asked(held.port, owners), AS_NOBODY)).toEqual([held.pid])
    },
  )
})

function kernelOffersMptcp(): boolean {
  try {
    return readFileSync('/proc/sys/net/mptcp/enabled', 'utf8').trim() === '1'
  } catch {
    return false // from Linux 5.6, and not in every configuration
  }
}

describe.runIf(kernelOffersMptcp())('where the kernel offers Multipath TCP', () => {
  test.each(['first', 'all'] as const)('its sockets have owners: %s', async (owners) => {
    const { pid, port, fds = [] } = await hold([compile('owners-special'), 'mptcp'])
    const { rows } = listSocketsSync({ owners, include: 'details' })
    // What another test left behind may have had the same number for a port.
    const ours = rows.filter(
      (row) => (row.localPort === port || row.remotePort === port) && row.state !== 'TIME_WAIT',
    )
    expect(ours.map((row) => row.fd).sort()).toEqual([...fds].sort())
    for (const row of ours) {
      expect(row).toMatchObject({ pid, pids: [pid], ownerUnknown: null })
      // A subflow shows the inode of the socket that the program holds.
      expect(`socket:[${row.inode}]`).toBe(readlinkSync(`/proc/${pid}/fd/${row.fd}`))
    }
  })
})
