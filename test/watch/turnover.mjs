// A process with STEADY connected pairs that, at a message, opens and closes PAIRS others per second
// for SECONDS. Sends the ports of the steady ones, and at the end a log: of each connection its two
// ports and from when to when it was open. Ends with its parent's channel. Its clients take the ports
// from FIRST on, each once: a pair that came again between two reads would be one socket to a watcher
// where the system gives no time of creation.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const [steady, pairs, seconds, first] = process.argv.slice(2).map(Number)
// The reset by one end is an error of the other.
const ignoreReset = (socket) => socket.on('error', () => undefined)
const accepted = new Map() // by the port of the other end
const server = createServer((socket) => accepted.set(socket.remotePort, ignoreReset(socket)))
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address()

let nextPort = first

async function connectFromNextPort() {
  for (;;) {
    const client = connect({ port, host: '127.0.0.1', localPort: nextPort++ })
    try {
      await once(client, 'connect')
      return ignoreReset(client)
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw error // of a bind: nothing was sent
    }
  }
}

async function open() {
  const client = await connectFromNextPort()
  while (!accepted.has(client.localPort)) await once(server, 'connection')
  return { client, ports: [client.localPort, port], from: Date.now() }
}

// By resets, which leave nothing in TIME_WAIT.
function close({ client, ports: [localPort] }) {
  client.resetAndDestroy()
  accepted.get(localPort).resetAndDestroy()
  accepted.delete(localPort)
}

const log = []

async function live() {
  const connection = await open()
  await pause(50 + Math.random() * 1500)
  log.push({ ports: connection.ports, from: connection.from, to: Date.now() })
  close(connection)
}

const held = []
for (let count = 0; count < steady; count++) held.push(await open())
process.send(held.map(({ ports }) => ports))
process.on('disconnect', () => {
  held.forEach(close)
  process.exit()
})

await once(process, 'message')
const begin = performance.now()
const lives = []
for (let count = 0; count < pairs * seconds; count++) {
  await pause(Math.max(0, begin + (count * 1000) / pairs - performance.now()))
  lives.push(live())
}
await Promise.all(lives)
process.send(log)
