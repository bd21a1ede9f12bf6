/**
 * The addon owns every number of the schema. One in whose copy two values of each kind are swapped
 * gives the same answers: no number is assumed on the other side.
 */

import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { binding } from '../../src/binding.ts'
import type { Layout } from '../../src/layout.ts'
import { built } from '../support/build-folder.ts'
import { supportFile } from '../support/children.ts'
import { evaluate } from '../support/evaluate.ts'
import { type Lab, startLab } from '../support/lab.ts'
import { isRoot, needs } from '../support/requirements.ts'
import { undisturbed } from '../support/undisturbed.ts'

const swappedAddon = (): string =>
  built('swapped.node', (output) => {
    execFileSync(process.execPath, [supportFile('build-swapped.mjs'), output], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  })

/** What the package answers with an addon; `code` returns it. */
const answer = (code: string, addon?: string): unknown =>
  evaluate(code, addon === undefined ? [] : ['env', `SOCKTABLE_ADDON=${addon}`])

const SWAPPED = [
  'protocol',
  'family',
  'state',
  'direction',
  'ownerUnknown',
  'source',
  'owners',
  'include',
  'udpPeer',
  'countBy',
  'query',
  'queryList',
  'section',
  'reportFlag',
  'rowFlag',
  'detailsFlag',
  'bind',
  'bindOption',
  'row',
  'details',
  'header',
  'entry',
  'report',
] as const satisfies readonly (keyof Layout)[]

const QUESTIONS: readonly (readonly [name: string, code: string])[] = [
  ['the default list', `return m.listSockets()`],
  [
    'all that a row can have',
    `return m.listSockets({ bound: true, include: ['names', 'details', 'service'] })`,
  ],
  ['details without names', `return m.listSockets({ include: 'details' })`],
  ['names without details', `return m.listSockets({ include: 'names' })`],
  ...(['none', 'first', 'all'] as const).map(
    (owners) => [`owners ${owners}`, `return m.listSocketsSync({ owners: '${owners}' })`] as const,
  ),
  ...(['sock_diag', 'procfs'] as const).map(
    (source) =>
      [source, `return m.listSocketsSync({ source: '${source}', include: 'details' })`] as const,
  ),
  [
    'each state',
    `return m.TCP_STATES.map((state) => m.listSocketsSync({ state, bound: state === 'BOUND' }))`,
  ],
  ...(['tcp', 'udp'] as const).map(
    (protocol) => [protocol, `return m.listSocketsSync({ protocol: '${protocol}' })`] as const,
  ),
  ...(['IPv4', 'IPv6'] as const).map(
    (family) => [family, `return m.listSocketsSync({ family: '${family}' })`] as const,
  ),
  ...[true, false].map(
    (listening) =>
      [`listening ${listening}`, `return m.listSocketsSync({ listening: ${listening} })`] as const,
  ),
  [
    'ports',
    `const { rows } = m.listSocketsSync({ state: 'ESTABLISHED' })
     const [{ localPort, remotePort }] = rows
     return [m.listSocketsSync({ localPort }), m.listSocketsSync({ remotePort, state: 'ESTABLISHED' })]`,
  ],
  [
    'a PID',
    `const { rows } = m.listSocketsSync({ state: 'LISTEN' })
     return m.listSocketsSync({ pid: rows.find(({ pid }) => pid !== null).pid })`,
  ],
  [
    'counts',
    `return m.countSockets(['protocol', 'family', 'state', 'direction', 'listeningPort', 'pid', 'remoteAddress'])`,
  ],
  ['counts by state', `return m.countSocketsSync('state')`],
  [
    'changes',
    `const server = require('net').createServer()
     const watcher = m.watchSockets({ interval: 1, include: ['names', 'details'] })
     const plain = ({ pid, pids, inode, id, processName, localPort, ...row }) => row
     const first = (await watcher.next()).value
     await new Promise((done) => server.listen(0, '127.0.0.1', done))
     const second = (await watcher.next()).value
     server.close()
     const third = (await watcher.next()).value
     watcher.close()
     return [first.opened.length, second.opened.map(plain), second.shortLived, third.closed.map(plain)]`,
  ],
  [
    'the bind of a port that is in use, in other ways',
    `const { rows } = m.listSocketsSync({ state: 'LISTEN', family: 'IPv4' })
     const port = rows[0].localPort
     const check = async (options) => {
       const { free, refusal, obstacles } = await m.checkPort(port, options)
       return { free, refusal, obstacles }
     }
     return [await check(), await check({ host: '127.0.0.1' }), await check({ host: '::1' }),
       await check({ protocol: 'udp' }), await check({ host: '::', ipv6Only: true }),
       await check({ reusePort: true })]`,
  ],
  ['an error', `return m.listSockets({ pid: 2 ** 22 + 1 })`],
]

describe.runIf(needs(isRoot, 'root, to make network namespaces'))('with swapped values', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab()
  })
  afterAll(() => lab.end())

  test(
    'its values have other numbers',
    () => {
      const entry = JSON.stringify(supportFile('../../dist/binding.js'))
      const code = `return require(${entry}).binding().layout`
      const swapped = answer(code, swappedAddon()) as Layout
      const own = binding().layout
      const same = SWAPPED.filter(
        (group) => JSON.stringify(swapped[group]) === JSON.stringify(own[group]),
      )
      expect(same).toEqual([])
    },
    300_000, // the addon is built for it
  )

  test.each(QUESTIONS)('the answer is the same: %s', async (_, code) => {
    const { own, swapped } = await undisturbed(() => ({
      own: answer(code),
      swapped: answer(code, swappedAddon()),
    }))
    expect(swapped).toEqual(own)
    expect(own).not.toEqual({})
  })
})
