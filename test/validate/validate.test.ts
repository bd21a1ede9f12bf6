import { expect, test } from 'vitest'
import * as m from '../../src/index.ts'
import { checkFamily } from '../../src/validate.ts'

const thrown = async (call: () => unknown): Promise<unknown> => {
  try {
    await call()
    return null
  } catch (error) {
    return error
  }
}

type Options = never

test.each([
  ['listSockets', (options: Options) => m.listSockets(options), { localport: 1 }, 'localPort'],
  ['listSockets', (options: Options) => m.listSockets(options), { port: 1 }, 'localPort'],
  ['inspectPort', (options: Options) => m.inspectPort(1, options), { owner: 'all' }, 'owners'],
  ['checkPortSync', (options: Options) => m.checkPortSync(1, options), { hots: '::' }, 'host'],
  ['findFreePort', (options: Options) => m.findFreePort(options), { port: 3000 }, 'ports'],
  ['killPort', (options: Options) => m.killPort(1, options), { timeOut: 1 }, 'timeout'],
])('%s answers a misspelt option with the nearest name', async (_, call, options, name) => {
  expect(await thrown(() => call(options as never))).toMatchObject({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_VALUE',
    message: expect.stringMatching(RegExp(`did you mean '${name}'\\?$`)) as string,
  })
})

test.each([
  [{ protocol: 'TCP' }, 'tcp'],
  [{ family: 'ipv4' }, 'IPv4'],
  [{ state: 'LISTENING' }, 'LISTEN'],
  [{ owners: 'frist' }, 'first'],
  [{ source: 'sockdiag' }, 'sock_diag'],
])('%o is answered with the nearest value', (options, value) => {
  expect(() => m.listSocketsSync(options as never)).toThrow(`(did you mean '${value}'?)`)
})

test('a word unlike any other gets the list of all, without a guess', () => {
  expect(() => m.checkPortSync(1, { zzz: 1 } as never)).toThrow(/known properties \(protocol, host/)
  expect(() => m.checkPortSync(1, { ['x'.repeat(100_000)]: 1 })).toThrow(/known properties/)
  expect(() => m.checkPortSync(1, { protocol: 'quic' as 'udp' })).toThrow(
    /must be one of tcp, udp\. Received 'quic'/,
  )
})

test.each([
  ['inspectPort', (options: Options) => m.inspectPortSync(1, options)],
  ['checkPort', (options: Options) => m.checkPortSync(1, options)],
  ['checkPorts', (options: Options) => m.checkPortsSync(1, options)],
])('%sSync refuses a signal and names the function that takes one', async (name, call) => {
  expect(await thrown(() => call({ signal: new AbortController().signal } as never))).toMatchObject(
    {
      code: 'ERR_INVALID_ARG_VALUE',
      message: `${name}Sync blocks and can't be aborted: use ${name}`,
    },
  )
})

test('an address family may be spelled as Node does', () => {
  expect([4, 6, 'IPv4', 'IPv6'].map((family) => checkFamily('family', family))).toEqual([
    'IPv4',
    'IPv6',
    'IPv4',
    'IPv6',
  ])
  expect(() => checkFamily('family', 5)).toThrow('one of IPv4, IPv6, 4, 6')
  expect(() => checkFamily('family', null)).toThrow('of type string')
})
