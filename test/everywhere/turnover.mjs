// A process with STEADY connected pairs that, when told to, opens and closes PAIRS others per second
// for SECONDS. Sends the ports of the steady ones, and at the end a log: of each connection its two
// ports and for how many milliseconds it was open.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const [steady, pairs, seconds] = process.argv.slice(2).map(Number)
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address()

async function open() {
  const client = connect(port, '127.0.0.1')
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
  const ends = [client, accepted]
  // The reset by one end is an error of the other.
  for (const end of ends) end.on('error', () => undefined)
  return { ends, ports: [client.localPort, port], since: performance.now() }
}

const log = []

async function live() {
  const { ends, ports, since } = await open()
  await pause(50 + Math.random() * 1500)
  log.push({ ports, open: performance.now() - since })
  // A reset leaves nothing in TIME_WAIT.
  for (const end of ends) end.resetAndDestroy()
}

const held = []
for (let count = 0; count < steady; count++) held.push(await open())
process.send(held.map(({ ports }) => ports))
process.on('disconnect', () => process.exit())

await once(process, 'message')
const begin = performance.now()
const lives = []
for (let count = 0; count < pairs * seconds; count++) {
  await pause(begin + (count * 1000) / pairs - performance.now())
  lives.push(live())
}
await Promise.all(lives)
process.send(log)
