// A process that listens, for tests that end it: node victim.mjs [--port N] [--udp] [--deaf]
// [--title NAME] [--supervise] [--children N] [--idle]. Says what it is as JSON and ends with its input.
import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const self = fileURLToPath(import.meta.url)
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    udp: { type: 'boolean' },
    deaf: { type: 'boolean' },
    title: { type: 'string' },
    supervise: { type: 'boolean' },
    children: { type: 'string', default: '0' },
    idle: { type: 'boolean' },
  },
})
const { pid } = process
const say = (what) => process.stdout.write(`${JSON.stringify({ pid, ...what })}\n`)
const end = () => process.exit()
if (process.send) process.on('disconnect', end)
else process.stdin.on('end', end).resume()
if (values.deaf) process.on('SIGTERM', () => {})
if (values.title) process.title = values.title

const started = (child) => new Promise((resolve) => child.once('message', resolve))

if (values.supervise) {
  let port = values.port
  const supervise = () => {
    const child = fork(self, ['--port', String(port)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.once('exit', supervise)
    return started(child)
  }
  const told = await supervise()
  port = told.port
  say({ port, child: told.pid })
} else {
  const children = Array.from({ length: Number(values.children) }, () =>
    fork(self, ['--idle'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  )
  const told = await Promise.all(children.map(started))
  const ready = (port) => {
    const what = { pid, port, children: told.map((child) => child.pid) }
    if (process.send) process.send(what)
    else say(what)
  }
  if (values.idle) {
    ready(null)
  } else if (values.udp) {
    const socket = createSocket('udp4')
    socket.bind(Number(values.port), '127.0.0.1', () => ready(socket.address().port))
  } else {
    const server = createServer()
    server.listen(Number(values.port), '127.0.0.1', () => ready(server.address().port))
  }
}
