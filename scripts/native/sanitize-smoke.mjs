// Reads in every way, many at once and from worker threads. Run by scripts/sanitize.mjs with an
// instrumented addon.
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { isMainThread, Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import {
  inspectPort,
  killPort,
  listSockets,
  listSocketsSync,
  processInfo,
  processInfoSync,
  processTree,
  terminate,
} from '../../dist/index.js'

const server = createServer()
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address()

const queries = ['sock_diag', 'procfs'].flatMap((source) =>
  ['none', 'first', 'all'].flatMap((owners) => [
    { source, owners, include: ['names'] },
    { source, owners, bound: true, localPort: [port, { from: 1, to: 2000 }] },
    { source, owners, localPort: port },
  ]),
)
queries.push({ pid: process.pid }, { protocol: 'udp' }, { family: 'IPv6', listening: true })

for (let round = 0; round < 10; round++) {
  for (const query of queries) listSocketsSync(query)
  const tables = await Promise.all(queries.map((query) => listSockets(query)))
  const found = tables.flatMap(({ rows }) => rows).filter((row) => row.localPort === port)
  assert.ok(found.length >= queries.length / 2)
  assert.equal((await inspectPort(port, { owners: 'all' })).owners[0]?.pid, process.pid)
  assert.ok((await inspectPort(port)).inUse)
  await assert.rejects(listSockets({ pid: 2 ** 31 - 1 }), { code: 'ESRCH' })
  const pids = [process.pid, process.ppid, 1, 2 ** 31 - 1]
  const infos = await Promise.all(pids.map((pid) => processInfo(pid)))
  assert.deepEqual(infos[0].arguments, processInfoSync(process.pid).arguments)
  assert.equal(infos[3], null)
  assert.equal((await processTree(process.pid)).ancestors[0]?.pid, process.ppid)
  assert.equal((await killPort(port, { dryRun: true })).processes[0]?.reason, 'self')
  assert.equal((await terminate(2 ** 31 - 1)).processes[0]?.outcome, 'already-gone')
  const controller = new AbortController()
  const aborted = Array.from({ length: 5 }, () => listSockets({ signal: controller.signal }))
  controller.abort()
  await Promise.allSettled(aborted)
}
if (isMainThread) {
  const ends = Array.from({ length: 3 }, () => {
    const worker = new Worker(fileURLToPath(import.meta.url))
    return new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject))
  })
  assert.deepEqual(await Promise.all(ends), [0, 0, 0])
}
server.close()
