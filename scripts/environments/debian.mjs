// A Debian trixie in a folder, which wine.mjs and musl.mjs build on.
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../tools/cache.mjs'
import { mirrorOf, ownSources } from './apt-mirror.mjs'

/** What is missing here to make and use it, or null. */
export const missingForDebian =
  process.getuid() !== 0
    ? 'root, for namespaces and device files'
    : spawnSync('debootstrap', ['--version']).error
      ? 'debootstrap'
      : null

/** Packages whose files are wanted, of more than one processor, and which are installed nowhere. */
const FOREIGN = ['musl', 'libstdc++6', 'libgcc-s1']

function makeDebian(folder) {
  console.log('making a Debian with Wine 10 (takes two minutes, 2.5 GB; kept for the next time)')
  if (missingForDebian) throw new Error(`that takes ${missingForDebian}`)
  // Where this machine has none, debootstrap knows one.
  const mirror = process.env.DEBIAN_MIRROR ?? mirrorOf(ownSources())
  const place = mirror === null ? [folder] : [folder, mirror]
  execFileSync('debootstrap', ['--variant=minbase', 'trixie', ...place], { stdio: 'pipe' })
  const inside = (...words) => {
    execFileSync('chroot', [folder, ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  for (const arch of ['i386', 'arm64']) inside('dpkg', '--add-architecture', arch)
  inside('apt-get', 'update', '-qq')
  inside('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'wine64', 'wine32:i386')
  for (const arch of ['amd64', 'arm64']) {
    const packages = FOREIGN.map((name) => `${name}:${arch}`)
    const download = 'apt-get download -qq -o APT::Sandbox::User=root "$@"'
    const unpack = 'for each in ./*.deb; do dpkg -x "$each" . && rm "$each" || exit; done'
    const script = `mkdir -p "$0" && cd "$0" && ${download} && ${unpack}`
    inside('sh', '-c', script, `/foreign/${arch}`, ...packages)
  }
  // Vite asks for this name.
  writeFileSync(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n')
  inside('apt-get', 'clean')
}

/** The folder of a Debian trixie that has Wine 10. */
export const debianTrixie = () => cached('debian-trixie-wine-3', makeDebian)

/** The folder in which the packages FOREIGN are unpacked; `arch` is Debian's name of the processor. */
export const foreignPackages = (arch) => join(debianTrixie(), 'foreign', arch)
