// A process that listens: node server.mjs [--port N] [--udp] [--deaf] [--title NAME] [--supervise]
// [--children N] [--idle]. Prints its PID, its port and what it started as JSON; ends with its input.
import { fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const self = fileURLToPath(import.meta.url)
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    udp: { type: 'boolean' },
    deaf: { type: 'boolean' }, // to SIGTERM
    title: { type: 'string' },
    supervise: { type: 'boolean' },
    children: { type: 'string', default: '0' },
    idle: { type: 'boolean' }, // without a socket
  },
})
if (process.send) process.on('disconnect', () => process.exit())
else process.stdin.on('end', () => process.exit()).resume()
if (values.deaf) process.on('SIGTERM', () => {})
if (values.title) process.title = values.title

function report(facts) {
  const whole = { pid: process.pid, ...facts }
  if (process.send) process.send(whole)
  else process.stdout.write(`${JSON.stringify(whole)}\n`)
}

function forkSelf(...options) {
  const child = fork(self, options, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const facts = once(child, 'message').then(([message]) => message)
  return { child, facts }
}

async function listen(port) {
  const socket = values.udp ? createSocket('udp4') : createServer()
  if (values.udp) socket.bind(port, '127.0.0.1')
  else socket.listen(port, '127.0.0.1')
  await once(socket, 'listening')
  return socket.address().port
}

if (values.supervise) {
  let { port } = values
  const supervise = () => {
    const { child, facts } = forkSelf('--port', String(port))
    child.once('exit', supervise)
    return facts
  }
  const first = await supervise()
  port = first.port
  report({ port, child: first.pid })
} else {
  const forks = Array.from({ length: Number(values.children) }, () => forkSelf('--idle').facts)
  const children = (await Promise.all(forks)).map(({ pid }) => pid)
  report({ port: values.idle ? null : await listen(Number(values.port)), children })
}
