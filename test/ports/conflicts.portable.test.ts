import { describe, expect, test } from 'vitest'
import { checkPort } from '../../src/index.ts'
import { type Child, supportFile } from '../support/children.ts'
import { begin } from '../support/holders.ts'
import { PLACES } from '../support/places.ts'

// What checkPort says about a bind, beside what the system says when a server in another process
// really binds: for every address against every other. conflicts.test.ts has more states, on Linux.

interface Answer {
  readonly code: string | null
  readonly port: number
}

const BINDER = [process.execPath, supportFile('binder.mjs')]
const holder = begin(BINDER, { lasting: true })
const binder = begin(BINDER, { lasting: true })

function ask(child: Child, message: object): Promise<Answer> {
  child.tell(JSON.stringify(message))
  return child.json<Answer>()
}

describe.each(['tcp', 'udp'] as const)('%s', (protocol) => {
  test.each(PLACES)(
    'checkPort agrees with a bind beside a server on %s, IPv6 only: %s',
    async (host, v6only) => {
      for (const [against, ipv6Only] of PLACES) {
        const held = await ask(holder, { what: 'hold', protocol, host, ipv6Only: v6only, port: 0 })
        expect(held.code).toBeNull()
        const { port } = held
        const check = await checkPort(port, { protocol, host: against, ipv6Only })
        const { code } = await ask(binder, {
          what: 'bind',
          protocol,
          host: against,
          ipv6Only,
          port,
        })
        const where = `against ${against}, IPv6 only: ${ipv6Only}`
        expect([where, check.refusal?.code ?? null]).toEqual([where, code])
        if (!check.free) {
          expect(check.obstacles).toEqual(['listener'])
          expect(check.holders.map(({ pid }) => pid)).toContain(holder.process.pid)
        }
        await ask(holder, { what: 'drop' })
      }
    },
  )
})
