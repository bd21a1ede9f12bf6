/**
 * Has the kernel choose the ports of each test file from another range: what the files before left in
 * TIME_WAIT and other states without an owner stands else, now and then, at a port that a test takes
 * for its own. Ports below are for tests that name them. Runs before each file (vitest.config.ts).
 */

import { readFileSync, writeFileSync } from 'node:fs'

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range'
const FIRST = 12_000
const LAST = 60_999
/** The largest test has 2500 sockets at each of its addresses. */
const SIZE = 3000

// scripts/test.mjs says that there is a namespace of the tests' own: no other is touched.
if (process.env['SOCKTABLE_TEST_NAMESPACE'] !== undefined) {
  const before = Number(readFileSync(RANGE, 'utf8').split('\t')[0])
  const next = before + SIZE
  const from = next < FIRST || next + SIZE > LAST ? FIRST : next
  writeFileSync(RANGE, `${from} ${from + SIZE - 1}`)
}
