// Runs the tests in a network namespace of their own, so that they neither see nor disturb the
// sockets of the machine: "unshare -n" as root, else a user namespace too. Arguments go to vitest:
//   node scripts/test.mjs test/table/decode.test.ts -t 'IPv6'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { inOwnNetwork } from './environments/own-network.mjs'

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const command = [process.execPath, vitest, 'run', ...process.argv.slice(2)]

function run([program, ...args], env = {}) {
  const options = { stdio: 'inherit', env: { ...process.env, ...env } }
  const { status, signal, error } = spawnSync(program, args, options)
  if (error) throw error
  process.exitCode = signal ? 1 : (status ?? 1)
}

if (process.platform === 'linux') {
  run(inOwnNetwork(command), { SOCKTABLE_TEST_NAMESPACE: '1' })
} else {
  run(command)
}
