import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { explainListenErrors } from '../../src/index.ts'
import { otherServer } from '../support/holders.ts'

const ENTRY = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

let port = 0
let pid = 0
beforeAll(async () => {
  const other = await otherServer([], { lasting: true })
  port = other.port
  pid = other.pid
})

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program in which `server` has met the words below; `next` is a port that is free. */
function run(code: string): Ended {
  const script = `
    const { once } = require('events')
    const { explainListenErrors } = require(${JSON.stringify(ENTRY)})
    const port = ${port}
    const host = '127.0.0.1'
    const at = { port, host }
    const server = require('net').createServer()
    const listens = () => server.on('listening', () => {
      console.log('listening')
      setTimeout(() => server.close(), 200)
    })
    ${code}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status, stdout, stderr }
}

describe('explainListenErrors ends the process', () => {
  test.each([
    ['net', "require('net').createServer()", 'listen(at)'],
    ['http', "require('http').createServer()", 'listen(at)'],
    ['https', "require('https').createServer()", 'listen(at)'],
  ])('where nothing handles the error of %s', (_, server, listen) => {
    const ended = run(`explainListenErrors(${server}).${listen}`)
    expect(ended).toMatchObject({ status: 1, stdout: '' })
    expect(ended.stderr).toContain(`(PID ${pid})`)
    expect(ended.stderr).not.toContain('at Server.')
  })

  test('but not with exit: false', () => {
    const ended = run('explainListenErrors(server, { exit: false }).listen(at)')
    expect(ended.status).toBe(0)
    expect(ended.stderr).toContain(`(PID ${pid})`)
  })
})

describe('explainListenErrors leaves the process alone', () => {
  const RETRY = `(error) => { console.log(error.code); server.listen({ port: 0, host }) }`

  test.each([
    ['a listener added before', `server.on('error', ${RETRY}); explainListenErrors(server)`],
    ['a listener added after', `explainListenErrors(server); server.on('error', ${RETRY})`],
    ['a listener for once, before', `server.once('error', ${RETRY}); explainListenErrors(server)`],
    ['a listener for once, after', `explainListenErrors(server); server.once('error', ${RETRY})`],
    [
      'one put in front',
      `explainListenErrors(server); server.prependOnceListener('error', ${RETRY})`,
    ],
  ])('where %s retries on another port', (_, words) => {
    const ended = run(`listens(); ${words}; server.listen(at)`)
    expect(ended).toMatchObject({ status: 0, stdout: 'EADDRINUSE\nlistening\n' })
  })

  test('where the program awaits the event and catches the error', () => {
    const ended = run(`
      explainListenErrors(server)
      listens()
      const start = async () => {
        server.listen(at)
        try { await once(server, 'listening') } catch (error) {
          console.log(error.code)
          server.listen({ port: 0, host })
        }
      }
      start()`)
    expect(ended).toMatchObject({ status: 0, stdout: 'EADDRINUSE\nlistening\n' })
  })

  test('where one error after the other is handled', () => {
    const ended = run(`
      let left = 3
      explainListenErrors(server)
      listens()
      server.on('error', () => server.listen({ port: --left > 0 ? port : 0, host }))
      server.listen(at)`)
    expect(ended).toMatchObject({ status: 0, stdout: 'listening\n' })
  })

  test.each([
    ["a handler of 'uncaughtException'", "process.on('uncaughtException', take)"],
    ['a capture callback', 'process.setUncaughtExceptionCaptureCallback(take)'],
    ['a domain', "const d = require('domain').create(); d.on('error', take); d.add(server)"],
  ])('where %s takes it', (_, words) => {
    const ended = run(`
      const take = (error) => console.log('taken', error.code)
      ${words}
      explainListenErrors(server).listen(at)
      setTimeout(() => console.log('alive'), 1000)`)
    expect(ended).toMatchObject({ status: 0, stdout: 'taken EADDRINUSE\nalive\n' })
  })

  test('where stderr is closed', () => {
    const ended = run(`
      process.stderr.destroy()
      server.on('error', () => setTimeout(() => console.log('alive'), 500))
      explainListenErrors(server).listen(at)`)
    expect(ended).toMatchObject({ status: 0, stdout: 'alive\n' })
  })

  test('where the thread that started a worker gets the error', () => {
    const ended = run(`
      const { Worker, isMainThread } = require('worker_threads')
      const code = 'const m = require(' + JSON.stringify(${JSON.stringify(ENTRY)}) + ');' +
        'm.explainListenErrors(require("net").createServer()).listen(' + JSON.stringify(at) + ')'
      new Worker(code, { eval: true }).on('error', (error) => console.log(error.code))`)
    expect(ended).toMatchObject({ status: 0, stdout: 'EADDRINUSE\n' })
  })

  test('and explains once where it is called twice, and nothing that is no error', () => {
    const ended = run(`
      explainListenErrors(explainListenErrors(server)).on('error', () => {})
      server.emit('error', null)
      server.listen(at)`)
    expect(ended.status).toBe(0)
    expect(ended.stderr.split(`(PID ${pid})`)).toHaveLength(2)
  })

  test('with an error that is not of listen, which is thrown as before', () => {
    const ended = run(`
      explainListenErrors(server)
      server.emit('error', new Error('of another kind'))`)
    expect(ended.status).toBe(1)
    expect(ended.stderr).toMatch(/Error: of another kind[^]*at /)
  })
})

test.each([undefined, null, {}, 'server', { on: 1 }, Proxy.revocable({}, {}).proxy])(
  'explainListenErrors refuses what emits no events: %#',
  (server) => {
    expect(() => explainListenErrors(server as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    )
  },
)
