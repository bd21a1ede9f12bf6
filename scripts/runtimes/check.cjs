// Run by scripts/test-runtimes.mjs in a project that has the package installed: uses it in every way
// that a runtime could stumble over, and prints which addon it did that with.
const assert = require('node:assert/strict')
const { createServer } = require('node:net')
const { Worker } = require('node:worker_threads')

// Not what the package is made for, but the newest that there is for armv7 here: it can't require() an
// ES module yet.
const outdated = process.version.startsWith('v20.11.')
const load = outdated
  ? "import('socktable')"
  : `Promise.resolve(require(${JSON.stringify(require.resolve('socktable'))}))`

async function main() {
  const m = outdated ? await import('socktable') : require('socktable')
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const query = { localPort: port, include: ['names'] }
  const expected = [{ localPort: port, state: 'LISTEN', pid: process.pid }]
  const check = ({ rows }) => {
    assert.deepEqual(
      rows.map(({ localPort, state, pid }) => ({ localPort, state, pid })),
      expected,
    )
  }
  check(m.listSocketsSync(query))
  const tables = await Promise.all(Array.from({ length: 20 }, () => m.listSockets(query)))
  tables.forEach(check)
  assert.equal((await m.checkPort(port, { host: '127.0.0.1' })).free, false)
  assert.throws(() => m.listSocketsSync({ localPort: 70_000 }), { code: 'ERR_OUT_OF_RANGE' })
  await assert.rejects(m.listSockets({ signal: AbortSignal.abort() }), { name: 'AbortError' })
  const esm = await import('socktable')
  check(esm.listSocketsSync(query))

  const body = `const { parentPort } = require('node:worker_threads')
    ${load}
      .then((m) => m.listSockets({ localPort: ${port} }))
      .then(({ rows }) => parentPort.postMessage(rows[0].pid))`
  const worker = new Worker(body, { eval: true })
  const pid = await new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  assert.equal(pid, process.pid)
  await worker.terminate()
  server.close()
  console.log(Object.keys(require.cache).find((path) => path.endsWith('.node')))
}

main().catch((error) => {
  console.error(error)
  process.exit(1) // whatever still listens
})
