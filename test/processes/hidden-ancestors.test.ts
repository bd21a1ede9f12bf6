/**
 * With hidepid=2 a process of root between a shell and this command hides who is above it. What may
 * be an ancestor is not ended then.
 */

import { describe, expect, test } from 'vitest'
import type { ProcessRecord, RefusalReason } from '../../src/index.ts'
import { createGuard } from '../../src/processes/guard.ts'
import { start, supportFile } from '../support/children.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'

const ENTRY = JSON.stringify(supportFile('../../dist/index.js'))

/** Of nobody in the end: starts a process of root, as sudo is, and that one what acts, of nobody. */
const CHAIN = `
import os, subprocess, sys
os.setgroups([])
os.setgid(65534)
wait, go = os.pipe()
grandparent = os.getpid()
if os.fork() == 0:
    os.close(go)
    os.read(wait, 1)
    become = lambda: os.setuid(65534)
    sys.exit(subprocess.run(sys.argv[1:] + [str(grandparent)], preexec_fn=become).returncode)
os.setuid(65534)
os.set_inheritable(go, True)
# A program of its own, which this user may look at; it closes the pipe.
os.execvp('python3', ['python3', '-c', 'import os, sys; os.close(int(sys.argv[1])); os.wait()', str(go)])`

const ACT = `
const m = require(${ENTRY})
const { spawn } = require('child_process')
;(async () => {
  const [older, grandparent] = process.argv.slice(1).map(Number)
  const child = spawn('sleep', ['100'], { stdio: 'ignore' })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const ask = async (pid, options) => {
    const { outcome, reason } = (await m.terminate(pid, options)).processes[0]
    return reason ?? outcome
  }
  const dryRun = { dryRun: true, allow: ['ancestors'] }
  const answers = {
    grandparent: await ask(grandparent),
    parent: await ask(process.ppid),
    older: await ask(older, { dryRun: true }),
    allowed: await ask(grandparent, dryRun),
    child: await ask(child.pid),
  }
  console.log(JSON.stringify(answers))
})().catch((error) => { console.log(JSON.stringify(String(error))) })`

describe.runIf(needs(canBecomeOthers, 'root, to become another user'))('hidepid=2', () => {
  test('an ancestor above a hidden process is spared, and a child is not', async () => {
    // Of the same user, older than all of the others, and no ancestor: nothing rules that out.
    const older = start('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'cat')
    const shell = start(
      ...(['unshare', '--mount', 'sh', '-c'] as const),
      'mount -t proc -o hidepid=2 proc /proc && exec "$@"',
      ...['sh', 'python3', '-c', CHAIN],
      ...[process.execPath, '-e', ACT, String(older.process.pid)],
    )
    expect(await shell.json()).toEqual({
      grandparent: 'maybe-ancestor',
      parent: 'ancestor',
      older: 'maybe-ancestor',
      allowed: 'would-be-terminated',
      child: 'terminated',
    })
    await shell.end()
    expect([shell.process.exitCode, shell.process.signalCode]).toEqual([0, null])
    await older.end()
  })
})

describe('by a list', () => {
  const self = process.pid
  const record = (pid: number, parentPid: number | null, startTime: number): ProcessRecord => ({
    pid,
    parentPid,
    startTime: String(startTime),
    startedAt: 0,
    name: 'p',
  })
  const [INIT, SHELL, HIDDEN, OTHER, YOUNG, BELOW] = [1, 2e9, 2e9 + 1, 2e9 + 2, 2e9 + 3, 2e9 + 4]
  const judged = async (
    records: readonly ProcessRecord[],
    pid: number,
    allow: readonly 'ancestors'[] = [],
  ): Promise<RefusalReason | null> => {
    const of = records.find((one) => one.pid === pid)
    if (of === undefined) throw new Error(`${pid} is not in the list`)
    return (await createGuard(records, new Set(allow))).reason(of)
  }
  const init = record(INIT, null, 1)
  /** Hidden: not in the list. */
  const broken = [
    init,
    record(OTHER, INIT, 10),
    record(self, SHELL, 100),
    record(SHELL, HIDDEN, 50),
    record(YOUNG, INIT, 51),
    record(BELOW, SHELL, 50),
    record(2e9 + 5, HIDDEN, 40),
    record(2e9 + 6, OTHER, 50),
    record(2e9 + 7, 2e9 + 8, 45),
    { ...record(2e9 + 9, null, 0), startTime: null, name: null },
  ]

  test.each([
    ['its parent', SHELL, 'ancestor'],
    ['an older one', OTHER, 'maybe-ancestor'],
    ['one that started in the same tick as the last one that is known', 2e9 + 6, 'maybe-ancestor'],
    ['one whose own parent is hidden', 2e9 + 7, 'maybe-ancestor'],
    ['a younger one', YOUNG, null],
    ['one that descends from its parent', BELOW, null],
    ['one that descends from the hidden one', 2e9 + 5, null],
  ] as const)('%s', async (_, pid, reason) => {
    expect(await judged(broken, pid)).toBe(reason)
    expect(await judged(broken, pid, ['ancestors'])).toBeNull()
  })

  test('the hidden one itself, whose number is known', async () => {
    const found = { ...record(HIDDEN, null, 0), startTime: null, name: null }
    expect(await judged([...broken, found], HIDDEN)).toBe('ancestor')
    expect((await createGuard(broken, new Set())).reason({ ...found })).toBe('ancestor')
  })

  test('without this process in the list, whatever it is', async () => {
    expect(await judged([init, record(OTHER, INIT, 10)], OTHER)).toBe('maybe-ancestor')
  })

  test('with the way up whole, nothing else is refused', async () => {
    const whole = [...broken, record(HIDDEN, INIT, 30)]
    expect(await judged(whole, OTHER)).toBeNull()
    expect(await judged(whole, HIDDEN)).toBe('ancestor')
    // Its parent is outside of this PID namespace.
    const entered = [record(self, null, 100), record(OTHER, null, 10)]
    expect(await judged(entered, OTHER)).toBeNull()
  })
})
