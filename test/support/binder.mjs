// Binds as servers of Node.js do, as lines of JSON on its input say: holds a socket, drops all that it
// holds, or tries a bind. Answers each with a line: the code of the error or null, and the port.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const held = []

async function bind({ protocol, host, ipv6Only, port }) {
  if (protocol === 'tcp') {
    const server = createServer().listen({ host, port, ipv6Only })
    await once(server, 'listening')
    return server
  }
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', ipv6Only })
  socket.bind(port, host)
  await once(socket, 'listening')
  return socket
}

const close = (socket) => new Promise((resolve) => socket.close(resolve))

async function answer({ what, ...place }) {
  if (what === 'drop') {
    await Promise.all(held.splice(0).map(close))
    return {}
  }
  try {
    const bound = await bind(place)
    const { port } = bound.address()
    if (what === 'hold') held.push(bound)
    else await close(bound)
    return { code: null, port }
  } catch ({ code }) {
    return { code, port: 0 }
  }
}

for await (const line of createInterface(process.stdin)) {
  console.log(JSON.stringify(await answer(JSON.parse(line))))
}
process.exit()
