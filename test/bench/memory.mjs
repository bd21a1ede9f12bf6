// Peak memory of one read with owners, per row, above the rows themselves. Run as a program of its own
// with --expose-gc: prints bytes per row.
//
// The kernel's high-water mark of resident memory is reset before the read and looked at after it.
// What the rows themselves take is the growth of the heap once everything else has been collected.
import { readFileSync, writeFileSync } from 'node:fs'
import { listSocketsSync } from '../../dist/index.js'

const highWater = () =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
const resident = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024

listSocketsSync({ localPort: 1 }) // loads and compiles what it can
globalThis.gc()
globalThis.gc()
const heapBefore = process.memoryUsage().heapUsed
writeFileSync('/proc/self/clear_refs', '5')
const before = resident()
const table = listSocketsSync()
const peak = highWater() - before
globalThis.gc()
globalThis.gc()
const rows = process.memoryUsage().heapUsed - heapBefore
console.log(((peak - rows) / table.rows.length).toFixed(0))
