import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SocketTable } from '../../src/index.ts'
import { AS_NOBODY, WITHOUT_PTRACE, evaluate } from '../support/evaluate.ts'
import { hold, publicProgram } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'

const tableOf = (port: number, prefix: readonly string[], more = ''): SocketTable =>
  evaluate<SocketTable>(
    `return m.listSocketsSync({ localPort: ${port}${more}, include: 'details' })`,
    prefix,
  )

describe.runIf(needs(canBecomeOthers, 'root, to become another user'))(
  'what may not be read',
  () => {
    const server = createServer()
    let port: number
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      port = (server.address() as { port: number }).port
    })
    afterAll(() => {
      server.close()
    })

    test('root without CAP_SYS_PTRACE does not see into another user', async () => {
      const held = await hold([...AS_NOBODY, publicProgram('threads'), 'shared'])
      const table = tableOf(held.port, WITHOUT_PTRACE)
      expect(table).toMatchObject({ complete: false, missing: ['owners'], hidden: { sockets: 1 } })
      expect(table.rows).toMatchObject([{ pid: null, uid: 65534, ownerUnknown: 'permission' }])
      expect(tableOf(held.port, []).rows).toMatchObject([{ pid: held.pid, ownerUnknown: null }])
    })

    test('root without CAP_SYS_PTRACE sees into root that has no more', async () => {
      const held = await hold([...WITHOUT_PTRACE, publicProgram('threads'), 'shared'])
      const table = tableOf(held.port, WITHOUT_PTRACE)
      expect(table.rows).toMatchObject([{ pid: held.pid, ownerUnknown: null }])
      expect(table).toMatchObject({ complete: true, missing: [], hidden: { sockets: 0 } })
    })

    test("a user's own process may be closed to it all the same", async () => {
      const held = await hold([...AS_NOBODY, publicProgram('owners-special'), 'undumpable'])
      const table = tableOf(held.port, AS_NOBODY)
      expect(table.rows).toMatchObject([{ pid: null, uid: 65534, ownerUnknown: 'permission' }])
      expect(table).toMatchObject({ complete: false, missing: ['owners'], hidden: { sockets: 1 } })
    })

    test('by PID, no other process is read or counted', async () => {
      const held = await hold([...AS_NOBODY, publicProgram('threads'), 'shared'])
      expect(tableOf(held.port, AS_NOBODY).hidden.processes).toBeGreaterThan(0)
      const table = tableOf(held.port, AS_NOBODY, `, pid: ${held.pid}`)
      expect(table).toMatchObject({ complete: true, hidden: { processes: 0, sockets: 0 } })
      expect(table.rows).toMatchObject([{ pid: held.pid }])
    })

    test('by several PIDs, one of which may not be read: the table says that it lacks some', async () => {
      const held = await hold([...AS_NOBODY, publicProgram('threads'), 'shared'])
      const code = `return m.listSocketsSync({ pid: [${held.pid}, ${process.pid}], listening: true })`
      const table = evaluate<SocketTable>(code, AS_NOBODY)
      expect(table.rows.map((row) => row.localPort)).toEqual([held.port])
      expect(port).not.toBe(held.port)
      expect(table).toMatchObject({
        complete: false,
        missing: ['owners'],
        hidden: { processes: 1 },
      })
    })
  },
)
