import { createServer } from 'node:net'

const server = createServer().listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
