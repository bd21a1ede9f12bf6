import { createServer } from 'node:net'

const port = Number(process.argv[2])
const server = createServer().listen(port, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
