import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { listSockets, listSocketsSync, waitForPort } from '../../src/index.ts'
import { run } from '../cli/run.ts'
import { hold, publicProgram, puppet } from '../support/holders.ts'
import { isRoot, needs } from '../support/requirements.ts'

const elsewhere = () => hold(['unshare', '--net', publicProgram('threads'), 'shared'])

const MOVE = '__import__("ctypes").CDLL(None).unshare(0x40000000)'

describe.runIf(needs(isRoot, 'root, to make network namespaces'))(
  'a process in another network namespace',
  () => {
    test('has no sockets in the table, which is not complete', async () => {
      const { pid } = await elsewhere()
      const table = await listSockets({ pid })
      expect(table).toMatchObject({ rows: [], complete: false, missing: ['netns'] })
      const both = listSocketsSync({ pid: [pid, process.pid] })
      expect(both).toMatchObject({ complete: false, missing: ['netns'] })
      expect(listSocketsSync({ pid: process.pid })).toMatchObject({ complete: true, missing: [] })
    })

    test('is named by the command', async () => {
      const { pid } = await elsewhere()
      const { code, stdout, stderr } = run(['list', '--pid', String(pid)])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain(`process ${pid} is in another network namespace`)
      const { stderr: ofBoth } = run(['list', '--pid', `${pid},${process.pid}`])
      expect(ofBoth).toContain('one of those processes is in another network namespace')
    })

    test('is not waited for', async () => {
      const { pid, port } = await elsewhere()
      await expect(waitForPort(port, { pid })).rejects.toMatchObject({
        code: 'ERR_SOCKTABLE_NETNS',
        message: expect.stringContaining(`process ${pid} is in another network`) as string,
      })
      const { code, stderr } = run(['wait', String(port), '--pid', String(pid)])
      expect(code).toBe(3)
      expect(stderr).toContain('another network namespace')
    })

    test('is found by what it opened before it went there', async () => {
      const { ask, pid } = await puppet()
      await ask('server = listen()')
      const port = await ask<number>('server.getsockname()[1]')
      expect(await ask(MOVE)).toBe(0)
      const table = listSocketsSync({ pid, localPort: port })
      expect(table.rows).toMatchObject([{ pid }])
      expect(table).toMatchObject({ complete: false, missing: ['netns'] })
      expect(await waitForPort(port, { pid })).toMatchObject([{ pid }])
    })
  },
)

describe('waitForPort for a process', () => {
  test('that does not exist ends at once', async () => {
    const failure = {
      code: 'ESRCH',
      message: expect.stringContaining('the PID 2147483647') as string,
    }
    await expect(waitForPort(1, { pid: 2 ** 31 - 1 })).rejects.toMatchObject(failure)
  })

  test('that ends during the wait ends with it', async () => {
    const { ask, pid } = await puppet()
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const waiting = waitForPort(port, { pid, interval: 5 })
    const ended = expect(waiting).rejects.toMatchObject({ code: 'ESRCH' })
    ask('os._exit(0)').catch(() => undefined)
    await ended
    server.close()
  })
})
