/**
 * A PID that comes round: the kernel is made to give the number of a process that has ended to another
 * one, at each point between the look-up and the signal. That one is never signalled.
 */

import { describe, expect, test } from 'vitest'
import { supportFile } from '../support/children.ts'
import { compile } from '../support/compiled.ts'
import { evaluate } from '../support/evaluate.ts'
import { IN_OWN_PIDS } from '../support/holders.ts'
import { isRoot, needs } from '../support/requirements.ts'

const dist = (name: string): string => JSON.stringify(supportFile(`../../dist/${name}.js`))

/** Runs in a PID namespace of its own, where the next number can be chosen. */
const PRELUDE = `
  const { spawn } = require('child_process')
  const { once } = require('events')
  const { writeFileSync } = require('fs')
  const { HeldProcess } = require(${dist('processes/held')})
  const { listenersQuery, holdOwners, confirmOwners } = require(${dist('processes/port-owners')})
  const { refuseProtected, carryOut } = require(${dist('processes/terminate')})
  const { checkKillPort } = require(${dist('processes/plan')})
  const { readProcesses } = require(${dist('processes/read')})
  const listen = async (port, before = () => {}) => {
    before()
    const child = spawn(process.execPath, ['-e',
      "const s = require('net').createServer().listen(" + port + ", '127.0.0.1', () => process.stdout.write(String(s.address().port)))"],
      { stdio: ['ignore', 'pipe', 'inherit'] })
    const [text] = await once(child.stdout, 'data')
    return { child, pid: child.pid, port: Number(text) }
  }
  const end = async ({ child }) => {
    const gone = once(child, 'close')
    child.kill('SIGKILL')
    await gone
  }
  // Ends a process, and starts one that gets its number and its port.
  const replace = async (victim) => {
    await end(victim)
    for (let attempt = 0; attempt < 50; attempt++) {
      const other = await listen(victim.port,
        () => writeFileSync('/proc/sys/kernel/ns_last_pid', String(victim.pid - 1)))
      if (other.pid === victim.pid) return other
      await end(other)
    }
    throw new Error('the number did not come round')
  }
  const outlives = async ({ child }) => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    const alive = child.exitCode === null && child.signalCode === null
    child.kill('SIGKILL')
    return alive
  }
`

function inOwnPids(code: string, prefix: readonly string[]): unknown {
  return evaluate(PRELUDE + code, [...IN_OWN_PIDS, ...prefix])
}

/** The steps of killPort, with the PID given away behind one of them. */
const stepwise = (behind: 'look-up' | 'hold' | 'confirm' | 'never'): string => `
  let victim = await listen(0)
  const at = async (step) => { if (step === '${behind}') victim = await replace(victim) }
  const plan = checkKillPort({ timeout: 200 })
  const query = listenersQuery([victim.port])
  const before = await m.listSockets(query)
  await at('look-up')
  const targets = holdOwners(before)
  await at('hold')
  const records = await readProcesses()
  const guard = await refuseProtected(targets, records, plan)
  await confirmOwners(targets, before, query)
  await at('confirm')
  await carryOut(targets, guard, plan)
  return { outcomes: targets.map(({ outcome }) => outcome), alive: await outlives(victim) }`

const WAYS: readonly (readonly [name: string, prefix: () => readonly string[]])[] = [
  ['by a pidfd', () => []],
  ['by its directory in /proc', () => [compile('deny'), 'pidfd_open', '38']],
  ['by its directory, without pidfd_send_signal', () => [compile('deny'), 'pidfds', '38']],
]

describe.runIf(needs(isRoot, 'root, to choose the next PID')).each(WAYS)('%s', (_, prefix) => {
  test('a process that was held', () => {
    const code = `
      const victim = await listen(0)
      const held = HeldProcess.open(victim.pid)
      const other = await replace(victim)
      const sent = held.send(15)
      return { sent, exited: held.exited, alive: await outlives(other), same: other.pid === held.pid }`
    expect(inOwnPids(code, prefix())).toEqual({
      sent: 'gone',
      exited: true,
      alive: true,
      same: true,
    })
  })

  // Start times count ticks of 10 ms: of two processes within one they are the same.
  test('another process with the same number and the same start time', () => {
    const code = `
      const twins = spawn(${JSON.stringify(compile('twins'))}, { stdio: ['pipe', 'pipe', 'inherit'] })
      const lines = require('readline').createInterface(twins.stdout)[Symbol.asyncIterator]()
      const next = async () => { twins.stdin.write('\\n'); return (await lines.next()).value }
      const answers = { sent: new Set(), exited: new Set(), alive: new Set() }
      let met = 0
      for (let attempt = 0; attempt < 500 && met < 5; attempt++) {
        const pid = Number(await next())
        const held = HeldProcess.open(pid)
        const [other, before, after] = (await next()).split(' ')
        const isTwin = Number(other) === pid && before === after
        const exited = held.exited
        const sent = held.send(15)
        const alive = await next()
        held.close()
        if (!isTwin) continue
        met++
        answers.sent.add(sent)
        answers.exited.add(exited)
        answers.alive.add(alive)
      }
      twins.stdin.end()
      return { met, ...Object.fromEntries(Object.entries(answers).map(([k, v]) => [k, [...v]])) }`
    expect(inOwnPids(code, prefix())).toEqual({
      met: 5,
      sent: ['gone'],
      exited: [true],
      alive: ['1'],
    })
  })

  test.each(['look-up', 'hold', 'confirm'] as const)('killPort, behind its step "%s"', (behind) => {
    const answer = inOwnPids(stepwise(behind), prefix())
    expect(answer).toEqual({ outcomes: ['already-gone'], alive: true })
  })

  test('the steps do end a process that stays', () => {
    const answer = inOwnPids(stepwise('never'), prefix())
    expect(answer).toEqual({ outcomes: ['terminated'], alive: false })
  })

  test('an identity from before', () => {
    const code = `
      const victim = await listen(0)
      const info = m.processInfoSync(victim.pid)
      const other = await replace(victim)
      const { processes } = await m.terminate(info)
      return { outcomes: processes.map(({ outcome }) => outcome), alive: await outlives(other) }`
    expect(inOwnPids(code, prefix())).toEqual({ outcomes: ['already-gone'], alive: true })
  })
})
