import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { checkPort } from '../../src/index.ts'
import { PLACES } from '../support/places.ts'

// What checkPort says about a bind, beside what the system says when a server in another process
// really binds: for every address against every other. Linux has more of this in test/ports.

const BINDER = fileURLToPath(new URL('other-binder.mjs', import.meta.url))

interface Answer {
  readonly code: string | null
  readonly port: number
}

const holder = fork(BINDER)
const binder = fork(BINDER)
afterAll(() => {
  holder.disconnect()
  binder.disconnect()
})

async function ask(child: ChildProcess, message: object): Promise<Answer> {
  child.send(message)
  const [answer] = (await once(child, 'message')) as [Answer]
  return answer
}

describe.each(['tcp', 'udp'] as const)('%s', (protocol) => {
  test.each(PLACES)('a server on %s, IPv6 only: %s', async (host, v6only) => {
    for (const [against, ipv6Only] of PLACES) {
      const held = await ask(holder, { what: 'hold', protocol, host, ipv6Only: v6only, port: 0 })
      expect(held.code).toBeNull()
      const { port } = held
      const check = await checkPort(port, { protocol, host: against, ipv6Only })
      const { code } = await ask(binder, { what: 'bind', protocol, host: against, ipv6Only, port })
      const where = `against ${against}, IPv6 only: ${ipv6Only}`
      expect([where, check.refusal?.code ?? null]).toEqual([where, code])
      if (!check.free) {
        expect(check.obstacles).toEqual(['listener'])
        expect(check.holders.map(({ pid }) => pid)).toContain(holder.pid)
      }
      await ask(holder, { what: 'drop' })
    }
  })
})
