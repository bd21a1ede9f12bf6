import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkPort, findFreePort, listSockets, reservePort } from '../../src/index.ts'

const RESERVER = fileURLToPath(new URL('reserver.mjs', import.meta.url))

test("a reserved port is nobody else's, and its server's all the same", async () => {
  const { port, held, heldUntil } = await reservePort({ ports: { from: 9000, to: 9010 } })
  expect(held).toBe(true)
  expect((heldUntil ?? 0) - Date.now()).toBeGreaterThan(55_000)
  // No socket is open, only one that lingers.
  const { rows } = await listSockets({ localPort: port })
  expect(rows).toMatchObject([{ state: 'TIME_WAIT', pid: null }])
  expect(await checkPort(port)).toMatchObject({ free: true })
  await expect(reservePort({ ports: port })).rejects.toMatchObject({
    code: 'ERR_SOCKTABLE_NO_FREE_PORT',
    tried: 1,
    refusal: { code: 'EADDRINUSE' },
  })
  expect(await findFreePort({ ports: { from: port, to: port + 1 } })).toBe(port + 1)
})

interface Report {
  readonly reserved: number[]
  readonly lost: string[]
}

// Each reserves ports out of 200 as long as there are some, and has a process of its own bind each.
test(
  '64 processes that reserve at once get different ports, and can bind each',
  { timeout: 120_000 },
  async () => {
    const children = Array.from({ length: 64 }, () => fork(RESERVER, ['9100', '9299']))
    const reports = await Promise.all(
      children.map(async (child) => {
        const [report] = (await once(child, 'message')) as [Report]
        return report
      }),
    )
    const all = reports.flatMap(({ reserved }) => reserved)
    expect(reports.flatMap(({ lost }) => lost)).toEqual([])
    expect(all.length).toBe(200)
    expect(new Set(all).size).toBe(200)
  },
)
