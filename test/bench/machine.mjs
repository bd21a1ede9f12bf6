// On what the benchmark ran, and against which versions.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { arch, cpus, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { PYTHON } from './contestants.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The first version number that a program tells of itself. */
function version(...command) {
  const { stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' })
  return /\d+(\.\d+)+/.exec(`${stdout ?? ''}${stderr ?? ''}`)?.[0]
}

function peerVersion(name) {
  try {
    return JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), 'utf8')).version
  } catch {
    return undefined
  }
}

export function describeMachine() {
  const versions = {
    'Node.js': process.versions.node,
    iproute2: version('ss', '-V'),
    'net-tools': version('netstat', '--version'),
    lsof: version('lsof', '-v'),
    psutil: version(PYTHON, here('psutil-times.py'), 'version'),
    ...Object.fromEntries(
      ['systeminformation', 'pid-port', 'find-process'].map((name) => [name, peerVersion(name)]),
    ),
  }
  return {
    cpu: cpus()[0].model.trim(),
    cores: cpus().length,
    arch: arch(),
    kernel: release(),
    versions,
  }
}
