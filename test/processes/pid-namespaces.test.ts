/**
 * A /proc that was mounted in another PID namespace numbers processes otherwise than signals do. No
 * PID may come out of it, and nothing may be ended by one.
 */

import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { SocketTable } from '../../src/index.ts'
import { supportFile } from '../support/children.ts'
import { AS_NOBODY, evaluate } from '../support/evaluate.ts'
import { IN_OWN_PIDS, otherServer } from '../support/holders.ts'
import { canBecomeOthers, isRoot, needs } from '../support/requirements.ts'

/** Starts its arguments under the same number that it has in the PID namespace above. */
const SAME_NUMBER = `
import os, sys
if os.fork():
    os.wait()
else:
    outer = int(os.readlink('/proc/self'))
    for guess in range(outer + 1, outer + 2000):
        with open('/proc/sys/kernel/ns_last_pid', 'w') as last: last.write(str(guess - 1))
        pid = os.fork()
        if pid == 0:
            if os.getpid() == int(os.readlink('/proc/self')): os.execvp(sys.argv[1], sys.argv[1:])
            os._exit(99)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if status != 99: os._exit(status)
    os._exit(98)
`

const CHILD_PROC = `
  unshare --pid --fork --kill-child sh -c 'mount -t proc proc /proc && exec sleep 1000' & holder=$!
  while [ -e /proc/self ]; do sleep 0.01; done
  "$@"; code=$?; kill -9 $holder; exit $code`

const FOREIGN: readonly (readonly [name: string, prefix: readonly string[]])[] = [
  ['of the namespace above', ['unshare', '--pid', '--fork', '--kill-child']],
  [
    'of the namespace above, where this process happens to have the same number',
    [...IN_OWN_PIDS, 'unshare', '--pid', '--fork', '--kill-child', 'python3', '-c', SAME_NUMBER],
  ],
  ['of a namespace below', ['unshare', '--mount', 'sh', '-c', CHILD_PROC, 'sh']],
  [
    'of the host, bound over that of this namespace',
    [
      ...['unshare', '--mount', 'sh', '-c'],
      'mkdir -p /tmp/socktable-host-proc && mount --bind /proc /tmp/socktable-host-proc && exec "$@"',
      ...['sh', ...IN_OWN_PIDS, 'sh', '-c'],
      'mount --bind /tmp/socktable-host-proc /proc && exec "$@"',
      'sh',
    ],
  ],
]

const WITH_SERVER = `
  const server = require('net').createServer((socket) => socket.unref()).unref()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const caught = async (call) => {
    try { return await call() } catch ({ code, message, path }) { return { code, path, helps: message.includes('mount -t proc') } }
  }`

describe.runIf(needs(isRoot, 'root, to make PID namespaces')).each(FOREIGN)(
  '/proc %s',
  (_, prefix) => {
    test('the table has the sockets and no PIDs, and says so', () => {
      const code = `${WITH_SERVER}
      const table = await m.listSockets({ localPort: port, include: ['names'] })
      const counts = await m.countSockets('pid', { localPort: port })
      const owners = await m.inspectPort(port, { listening: true })
      const watched = []
      for await (const { missing } of m.watchSockets({ localPort: port, interval: 20 })) {
        watched.push(missing)
        if (watched.length === 2) break
        require('net').connect(port, '127.0.0.1').unref()
      }
      server.close()
      return { table, counts, watched, owners }`
      const { table, counts, watched, owners } = evaluate<{
        table: SocketTable
        counts: { missing: string[]; counts: { pid: number | null }[] }
        watched: string[][]
        owners: { owners: unknown[]; unknown: { ownerUnknown: string }[] }
      }>(code, prefix)
      expect(table).toMatchObject({ complete: false, missing: ['pid-namespace'], processes: [] })
      expect(table.rows).toMatchObject([{ pid: null, pids: [], ownerUnknown: 'pid-namespace' }])
      expect(counts.missing).toContain('pid-namespace')
      expect(counts.counts.map(({ pid }) => pid)).toEqual([null])
      expect(watched).toEqual([['pid-namespace'], ['pid-namespace']])
      expect(owners).toMatchObject({ owners: [], unknown: [{ ownerUnknown: 'pid-namespace' }] })
    })

    test('whatever takes a PID or ends a process refuses, and ends nothing', () => {
      const code = `${WITH_SERVER}
      const { spawn } = require('child_process')
      const sleep = spawn('sleep', ['100'])
      const ended = []
      sleep.once('exit', () => ended.push('sleep'))
      const refused = []
      for (const pid of [1, process.pid, sleep.pid, process.ppid || 1]) {
        refused.push(await caught(() => m.processInfo(pid)), await caught(() => m.processTree(pid)),
          await caught(() => m.terminate(pid, { allow: ['ancestors', 'system'] })),
          await caught(() => m.listSockets({ pid })))
      }
      refused.push(await caught(() => m.killPort(port, { settle: 0, allow: ['ancestors', 'system'] })))
      const unused = await m.findFreePort()
      const idle = await m.killPort(unused, { settle: 0 })
      await new Promise((resolve) => setTimeout(resolve, 50))
      server.close()
      sleep.removeAllListeners('exit')
      sleep.kill('SIGKILL')
      return { refused, ended, idle: idle.ports[0].outcome }`
      const { refused, ended, idle } = evaluate<{
        refused: unknown[]
        ended: string[]
        idle: string
      }>(code, prefix)
      const refusal = { code: 'ENODEV', path: '/proc/self', helps: true }
      expect(refused).toEqual(refused.map(() => refusal))
      expect(ended).toEqual([])
      expect(idle).toBe('nothing-there')
    })
  },
)

test.runIf(needs(canBecomeOthers, 'root, to become another user'))(
  "its own /proc is known as that by a user who may not see others' processes",
  () => {
    const prefix = [
      ...['unshare', '--mount', 'sh', '-c'],
      'mount -t proc -o hidepid=2,subset=pid proc /proc && exec "$@"',
      ...['sh', ...AS_NOBODY],
    ]
    expect(evaluate('return (await m.processInfo(process.pid)).pid === process.pid', prefix)).toBe(
      true,
    )
  },
)

test.runIf(needs(isRoot, 'root, to make PID namespaces'))(
  'the command says so, and what helps',
  async () => {
    const server = await otherServer()
    const cli = supportFile('../../dist/cli/main.js')
    const run = (...words: string[]) =>
      spawnSync('unshare', ['--pid', '--fork', process.execPath, cli, ...words], {
        encoding: 'utf8',
      })
    const killed = run('kill', String(server.port), '--yes')
    expect(killed.status).toBe(3)
    expect(killed.stderr.replaceAll(/\s+/g, ' ')).toContain('another PID namespace')
    expect(run('who', String(server.port)).stderr.replaceAll(/\s+/g, ' ')).toContain(
      'mount -t proc',
    )
    expect(server.process.exitCode ?? server.process.signalCode).toBeNull()
  },
)
