// Runs Windows programs under Linux: by Wine 10 in a Debian trixie of its own.
//
// Debian 12's own Wine 8 does not do: it gives no owning PIDs for IPv6 and accepted sockets, and
// current versions of Node.js do not start.
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.mjs'
import { runInside } from './chroot.mjs'

const WINE = '/usr/lib/wine/wine64'
const ENVIRONMENT = {
  PATH: process.env.PATH,
  HOME: '/root',
  WINEPREFIX: '/wine',
  WINEDEBUG: '-all',
  // No offers to download .NET and a browser.
  WINEDLLOVERRIDES: 'mscoree=;mshtml=',
}

/** What is missing here to make and use the bed, or null. */
export const missingForWine =
  process.getuid() !== 0
    ? 'root, for namespaces and device files'
    : spawnSync('debootstrap', ['--version']).error
      ? 'debootstrap'
      : null

function run(program, args, options) {
  const { status, signal, error } = spawnSync(program, args, options)
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${signal ?? `exit ${status}`}`)
}

function makeDebian(folder) {
  console.log('making a Debian with Wine 10 (takes two minutes, 1.5 GB; kept for the next time)')
  if (missingForWine) throw new Error(`that takes ${missingForWine}`)
  // The mirror that this machine's own apt uses.
  const mirror = process.env.DEBIAN_MIRROR ?? 'http://deb.debian.org/debian'
  run('debootstrap', ['--variant=minbase', 'trixie', folder, mirror], { stdio: 'pipe' })
  const apt = ['install', '-y', '-qq', '--no-install-recommends', 'wine64']
  run('chroot', [folder, 'apt-get', ...apt], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  // Vite asks for this name.
  writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n')
  run('chroot', [folder, 'apt-get', 'clean'], { stdio: 'inherit' })
}

/** The folder of a Debian trixie that has Wine 10. */
export const debianTrixie = () => cached('debian-trixie-wine64', makeDebian)

function makeWindows(debian) {
  console.log('making a Windows')
  // Its registry is written when the last program has ended, and all end with the first.
  const boot = `${WINE} wineboot -i && ${WINE.replace('wine64', 'wineserver')} -w`
  const { status, stderr } = runInside(debian, {}, ['sh', '-c', boot], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: ENVIRONMENT,
  })
  if (status !== 0) {
    rmSync(join(debian, 'wine'), { recursive: true, force: true })
    throw new Error(`wineboot: exit ${status} ${stderr}`)
  }
}

/**
 * Runs words, a Windows program first, in the folder `project`, which is Z:\mnt to them; the folder
 * `programs` is Z:\opt. Returns what spawnSync does, with all output as text in `stdout`.
 */
export function runOnWine(programs, project, words, { env = {}, ...options } = {}) {
  const debian = debianTrixie()
  if (!existsSync(join(debian, 'wine'))) makeWindows(debian)
  // A Windows program can't write to a pipe of Linux (libuv takes no such handle): to a file it can.
  const folder = mkdtempSync(join(tmpdir(), 'socktable-wine-'))
  const log = join(folder, 'output.txt')
  const output = openSync(log, 'w')
  try {
    const inProject = ['sh', '-c', 'cd /mnt && exec "$@"', 'sh', WINE, ...words]
    const result = runInside(debian, { '/opt': programs, '/mnt': project }, inProject, {
      ...options,
      stdio: ['ignore', output, output],
      env: { ...ENVIRONMENT, ...env },
    })
    const stdout = readFileSync(log, 'utf8').replace(/^error: XDG_RUNTIME_DIR.*\n/gm, '')
    return { ...result, stdout, stderr: '' }
  } finally {
    closeSync(output)
    rmSync(folder, { recursive: true, force: true })
  }
}
