/** Without descriptors nothing is known of processes, which is an error and never "no such process". */

import { describe, expect, test } from 'vitest'
import { evaluate } from '../support/evaluate.ts'

/** Calls something with so many descriptors left, from none on, and collects what came of it. */
const WITH_FEW = `
  const { openSync, closeSync } = require('fs')
  require('child_process')
  const open = []
  const fill = (left) => {
    try { for (;;) open.push(openSync('/dev/null')) } catch {}
    for (let i = 0; i < left; i++) closeSync(open.pop())
  }
  const empty = () => { for (const fd of open.splice(0)) closeSync(fd) }
  const withFew = async (call) => {
    const outcomes = []
    await call().catch(() => {})
    for (let left = 0; left < 8; left++) {
      fill(left)
      let outcome
      try { outcome = await call() } catch (error) { outcome = error.code + (error.message.includes('ulimit -n') ? ', with advice' : '') }
      empty()
      outcomes.push(outcome)
    }
    return outcomes
  }
  const port = await new Promise((resolve) => {
    const server = require('net').createServer().unref()
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })`

// With a parent of its own, which is what `terminate` is asked to end.
const LIMITED = ['prlimit', '--nofile=256:256', 'sh', '-c', '"$@"; exit $?', 'sh']

const CALLS: readonly (readonly [name: string, code: string, whole: string])[] = [
  [
    'processInfo',
    'const i = await m.processInfo(process.pid); return [i?.name, i?.user]',
    '["node", require("os").userInfo().username]',
  ],
  ['processInfoSync', 'const i = m.processInfoSync(process.pid); return i?.arguments[1]', '"-e"'],
  ['processTree', 'return (await m.processTree(process.pid))?.ancestors[0].pid', 'process.ppid'],
  ['processTreeSync', 'return m.processTreeSync(process.pid)?.ancestors[0].pid', 'process.ppid'],
  [
    'listSockets',
    'return (await m.listSockets({ localPort: port, include: "names" })).rows[0].processName',
    '"node"',
  ],
  ['terminate', 'return (await m.terminate(process.ppid)).processes[0].reason', '"ancestor"'],
]

describe('with descriptors short', () => {
  test.each(CALLS)('%s answers in full or fails', (_, code, whole) => {
    const { outcomes, expected } = evaluate<{ outcomes: unknown[]; expected: unknown }>(
      `${WITH_FEW}
       const outcomes = await withFew(async () => { ${code} })
       return { outcomes, expected: ${whole} }`,
      LIMITED,
    )
    const failures = outcomes.filter((outcome) => outcome === 'EMFILE, with advice')
    const answers = outcomes.slice(failures.length)
    expect(failures.length).toBeGreaterThan(0)
    expect(answers).toEqual(answers.map(() => expected))
    expect(answers.length).toBeGreaterThan(0)
  })
})
