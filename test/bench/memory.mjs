// Peak memory of one read with owners, above the rows themselves. A program of its own, to be run
// with --expose-gc and the port of a listener: prints bytes per row.
//
// The kernel's high-water mark of resident memory is set back before the read (proc(5), clear_refs)
// and looked at behind it. It counts everything: the native side, the packed table, the rows, and the
// room in which V8 moves young objects. The rows are the growth of the heap that stays once all else
// has been collected. Other large reads must not come first: they would leave memory to be used
// again. Small ones do, unless "first" is said: what V8 takes to compile the code has nothing to do
// with the number of rows, and is as much again.
import { readFileSync, writeFileSync } from 'node:fs'
import { listListenersSync, listSocketsSync } from '../../dist/index.js'

const SMALL_READS = 5000

const status = (name) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024

function heapAlive() {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

const [port, first] = process.argv.slice(2)
const small = { localPort: Number(port), owners: 'none' }
for (let read = 0; read < (first ? 1 : SMALL_READS); read++) listListenersSync(small)
const heapBefore = heapAlive()
writeFileSync('/proc/self/clear_refs', '5')
const residentBefore = status('VmRSS')
const table = listSocketsSync()
const peak = status('VmHWM') - residentBefore
const rows = heapAlive() - heapBefore
console.log(Math.round((peak - rows) / table.rows.length))
