// Reserves ports of a range until there are none, and lets a server bind each as a child would. Stays
// until its parent disconnects, since a reservation ends with its process.
import { createServer } from 'node:net'
import { reservePort } from '../../dist/index.js'

const [from, to, outlive] = process.argv.slice(2).map(Number)
const reserved = []
const lost = []
for (;;) {
  let port
  try {
    const reservation = await reservePort({ ports: { from, to }, outlive: outlive === 1 })
    if (!reservation.held) lost.push(`${reservation.port} is not held`)
    port = reservation.port
  } catch (error) {
    if (error.code !== 'ERR_SOCKTABLE_NO_FREE_PORT') lost.push(String(error))
    break
  }
  reserved.push(port)
  await new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error) => {
      lost.push(error.message)
      resolve()
    })
    server.listen(port, () => server.close(resolve))
  })
}
process.send({ reserved, lost })
process.on('message', () => process.disconnect())
