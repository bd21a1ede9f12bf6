// Runs Windows programs under Linux: by Wine 10 in a Debian trixie of its own.
//
// Debian 12's own Wine 8 does not do: it gives no owning PIDs for IPv6 and accepted sockets, and
// current versions of Node.js do not start.
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInside } from './chroot.mjs'
import { debianTrixie } from './debian.mjs'

/** By processor: what runs Windows programs for it, and where the Windows that they see is. */
const WINES = {
  x64: { wine: '/usr/lib/wine/wine64', prefix: '/wine', arch: 'win64' },
  ia32: { wine: '/usr/lib/wine/wine', prefix: '/wine-ia32', arch: 'win32' },
}

const environment = ({ prefix, arch }) => ({
  PATH: process.env.PATH,
  HOME: '/root',
  WINEPREFIX: prefix,
  WINEARCH: arch,
  WINEDEBUG: '-all',
  // No offers to download .NET and a browser.
  WINEDLLOVERRIDES: 'mscoree=;mshtml=',
})

function makeWindows(debian, windows) {
  const { wine, prefix, arch } = windows
  console.log(`making a Windows (${arch})`)
  // Its registry is written when the last program has ended, and all end with the first.
  const boot = `${wine} wineboot -i && ${join(wine, '../wineserver')} -w`
  const { status, stderr } = runInside(debian, {}, ['sh', '-c', boot], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment(windows),
  })
  if (status !== 0) {
    rmSync(join(debian, prefix), { recursive: true, force: true })
    throw new Error(`wineboot: exit ${status} ${stderr}`)
  }
}

/**
 * Runs words, a Windows program first, in the folder `project`, which is Z:\mnt to them; the folder
 * `programs` is Z:\opt; they are for the processor `arch`. Returns what spawnSync does, with all
 * output as text in `stdout`.
 */
export function runOnWine(programs, project, words, { env = {}, arch = 'x64', ...options } = {}) {
  const debian = debianTrixie()
  const windows = WINES[arch]
  if (!existsSync(join(debian, windows.prefix))) makeWindows(debian, windows)
  // A Windows program can't write to a pipe of Linux (libuv takes no such handle): to a file it can.
  const folder = mkdtempSync(join(tmpdir(), 'socktable-wine-'))
  const log = join(folder, 'output.txt')
  const output = openSync(log, 'w')
  try {
    const inProject = ['sh', '-c', 'cd /mnt && exec "$@"', 'sh', windows.wine, ...words]
    const result = runInside(debian, { '/opt': programs, '/mnt': project }, inProject, {
      ...options,
      stdio: ['ignore', output, output],
      env: { ...environment(windows), ...env },
    })
    const stdout = readFileSync(log, 'utf8').replace(/^error: XDG_RUNTIME_DIR.*\n/gm, '')
    return { ...result, stdout, stderr: '' }
  } finally {
    closeSync(output)
    rmSync(folder, { recursive: true, force: true })
  }
}
