import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainPort } from '../../src/index.ts'
import { usersOf } from '../../src/users.ts'
import { run } from '../cli/run.ts'
import { AS_NOBODY, type Thrown, WITHOUT_PTRACE, evaluate } from '../support/evaluate.ts'
import { hold, publicProgram } from '../support/holders.ts'
import { canBecomeOthers, needs } from '../support/requirements.ts'

const WITHOUT_KILL = ['setpriv', '--bounding-set=-kill', '--inh-caps=-kill']

describe.runIf(needs(canBecomeOthers, 'root, to become another user'))(
  'a hidden owner is named by its user',
  () => {
    const server = createServer()
    let port: string
    beforeAll(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      port = String((server.address() as { port: number }).port)
    })
    afterAll(() => {
      server.close()
    })

    const HIDDEN = 'held by a process of root, which is hidden from you: run as root'

    test.each([
      [['who'], `(permission): ${HIDDEN}\n`],
      [['check'], 'a process of root listens on 127.0.0.1:'],
      [['check'], 'This user may not see which one: run as root.'],
      [['explain'], 'a process of root listens on 127.0.0.1:'],
      [['kill', '--yes'], `is still in use: ${HIDDEN}\n`],
    ])('socktable %j: %s', (words, expected) => {
      const { stdout } = run([...words, port], { prefix: AS_NOBODY })
      expect(stdout).toContain(expected)
    })

    test('socktable check of several ports', () => {
      const { stdout } = run(['check', port, '1'], { prefix: AS_NOBODY })
      expect(stdout).toContain(`:${port}  listener  a process of root\n`)
    })

    test('another user than root may look as that one', async () => {
      const held = await hold([...AS_NOBODY, publicProgram('threads'), 'shared'])
      const daemon = ['setpriv', '--reuid=1', '--regid=1', '--clear-groups']
      const { stdout } = run(['who', String(held.port)], { prefix: daemon })
      expect(stdout).toContain('held by a process of nobody')
      expect(stdout).toContain('run as nobody or as root')
    })

    test('a user without a name has its number', async () => {
      const held = await hold([
        ...'setpriv --reuid=54321 --regid=54321 --clear-groups'.split(' '),
        publicProgram('threads'),
        'shared',
      ])
      const { stdout } = run(['who', String(held.port)], { prefix: AS_NOBODY })
      expect(stdout).toContain('held by a process of user 54321')
    })

    test('in a user namespace, a user who has no number there is not named', async () => {
      const held = await hold([publicProgram('threads'), 'shared'])
      const prefix = [...AS_NOBODY, 'unshare', '--user', '--map-user=7']
      const { stdout } = run(['who', String(held.port)], { prefix })
      expect(stdout).toContain('held by a process of an unknown user')
      expect(stdout).not.toContain('nobody')
    })

    test('root without CAP_SYS_PTRACE is advised of that alone', async () => {
      const held = await hold([...AS_NOBODY, publicProgram('threads'), 'shared'])
      const remedy = 'root needs CAP_SYS_PTRACE for this (in a container: --cap-add SYS_PTRACE)'
      for (const command of ['who', 'explain', 'check']) {
        const { stdout, stderr } = run([command, String(held.port)], { prefix: WITHOUT_PTRACE })
        expect(stdout).toContain(remedy)
        expect(stdout + stderr).not.toMatch(/as root|as its user|as nobody|sudo/)
      }
      const { stderr } = run(['list', '--port', String(held.port)], { prefix: WITHOUT_PTRACE })
      expect(stderr).toContain(remedy)
      const code = `return m.listSockets({ pid: ${held.pid} })`
      const { thrown } = evaluate<Thrown>(code, WITHOUT_PTRACE)
      expect(thrown.message).toContain(remedy)
      expect(thrown.message).not.toContain('as root')
    })

    test('root without CAP_KILL is advised of that alone', async () => {
      const held = await hold([...AS_NOBODY, publicProgram('threads'), 'shared'])
      const { stdout } = run(['kill', String(held.port), '--yes'], { prefix: WITHOUT_KILL })
      expect(stdout).toContain('may not be ended by you: root needs CAP_KILL for this')
    })

    test('an owner that is known is not', async () => {
      const { text } = await explainPort(Number(port))
      expect(text).not.toContain('a process of')
      expect(await usersOf([{ ownerUnknown: null, uid: 0 }])).toEqual(new Map())
    })
  },
)

test('a PID that no process has is named without a placeholder', () => {
  const { code, stderr } = run(['list', '--pid', '2147483647'])
  expect(code).toBe(3)
  expect(stderr).toMatch(/no process has the PID 2147483647, openat '\/proc\/2147483647\/fd'\n/)
  const several = run(['list', '--pid', '2147483646,2147483647']).stderr
  expect(several).toContain('no process has one of the PIDs 2147483646 and 2147483647')
  expect(several).not.toContain('<')
})
