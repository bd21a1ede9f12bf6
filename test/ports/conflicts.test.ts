import { beforeAll, describe, expect, test } from 'vitest'
import { type PortCheck, checkPort } from '../../src/index.ts'
import { type Puppet, puppet } from '../support/holders.ts'
import { PLACES } from '../support/places.ts'

// Every address against every address, with what may stand there: what checkPort says about a bind
// beside what the kernel does when another process really binds as a Node server would.

const OPTIONS = [null, 'REUSEADDR', 'REUSEPORT'] as const
const TCP_STATES = ['listening', 'bound', 'client', 'time-wait'] as const
const UDP_STATES = ['listening', 'client'] as const

let holder: Puppet
let binder: Puppet
beforeAll(async () => {
  holder = await puppet({ lasting: true })
  binder = await puppet({ lasting: true })
})

/** What a check has to say beside whether the bind goes well. */
function expectExplained(check: PortCheck, held: string, pid: number): void {
  if (check.free) {
    expect(check.obstacles).toEqual([])
    expect(check.refusal).toBeNull()
    return
  }
  expect(check.refusal).toMatchObject({ code: 'EADDRINUSE' })
  switch (held) {
    case 'listening':
      expect(check.obstacles).toEqual(['listener'])
      expect(check.holders.map((row) => row.pid)).toEqual([pid])
      break
    case 'bound':
      expect(check.obstacles).toEqual(['bound'])
      expect(check.holders.map((row) => row.pid)).toEqual([pid])
      break
    case 'client':
      expect(check.obstacles).toEqual(['connection'])
      expect(check.connections.map((row) => row.pid)).toEqual([pid])
      break
    default:
      expect(check.obstacles).toEqual(['time-wait'])
      expect(check.holders).toEqual([])
  }
}

describe.each(['tcp', 'udp'] as const)('%s', (protocol) => {
  const udp = protocol === 'udp'
  const states = udp ? UDP_STATES : TCP_STATES
  const cases = states.flatMap((held) => OPTIONS.map((option) => [held, option] as const))

  test.each(cases)('against a socket that is %s, with %s', async (held, option) => {
    let port = 5000 + cases.findIndex(([a, b]) => a === held && b === option) * 100
    for (const [host, v6only] of PLACES) {
      for (const [against, ipv6Only] of PLACES) {
        port += 1
        await holder.call('hold', { host, port, v6only, udp, option, state: held })
        const check = await checkPort(port, { protocol, host: against, ipv6Only })
        // As Node does: SO_REUSEADDR for TCP, nothing for UDP.
        const node = {
          host: against,
          port,
          v6only: ipv6Only,
          udp,
          option: udp ? null : 'REUSEADDR',
        }
        const code = await binder.call<string | null>('try_bind', node)
        const where = `${held} ${host} ${v6only} against ${against} ${ipv6Only}`
        expect([where, check.refusal?.code ?? null]).toEqual([where, code])
        expectExplained(check, held, holder.pid)
        await holder.ask('drop()')
      }
    }
  })
})
