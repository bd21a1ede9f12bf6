// Does what it is told in messages: holds a socket, lets all go, or tries a bind as a server does.
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const held = []

/** Resolves with the socket, or rejects with the error. */
function bind({ protocol, host, ipv6Only, port }) {
  return new Promise((resolve, reject) => {
    if (protocol === 'tcp') {
      const server = createServer().once('error', reject)
      server.listen({ host, port, ipv6Only }, () => resolve(server))
    } else {
      const type = host.includes(':') ? 'udp6' : 'udp4'
      const socket = createSocket({ type, ipv6Only }).once('error', reject)
      socket.bind(port, host, () => resolve(socket))
    }
  })
}

process.on('message', async ({ what, ...place }) => {
  if (what === 'drop') {
    await Promise.all(held.splice(0).map((each) => new Promise((done) => each.close(done))))
    return process.send({})
  }
  try {
    const bound = await bind(place)
    const port = bound.address().port
    if (what === 'hold') held.push(bound)
    else await new Promise((done) => bound.close(done))
    process.send({ code: null, port })
  } catch ({ code }) {
    process.send({ code, port: 0 })
  }
})
process.on('disconnect', () => process.exit())
