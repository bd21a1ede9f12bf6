// The bed that programs made for musl run on under glibc: a folder with Debian's musl, the C++ library
// that Debian has for glibc, and a shim for what that one misses. There is no /etc/alpine-release in
// it, by which others know musl: src/addon.ts has to find out.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached, npmPackage } from './cache.mjs'
import { runInside } from './chroot.mjs'
import { root } from './native-tools.mjs'
import { debianTrixie, missingForWine } from './wine.mjs'
import { zig } from './zig.mjs'

const MUSL = '/lib/ld-musl-x86_64.so.1'

/** What has to be installed first (Debian's names); null where nothing is missing. */
export const missingForMusl =
  existsSync(MUSL) && existsSync('/usr/bin/patchelf') ? missingForWine : 'musl patchelf'

function makeSystem(folder) {
  for (const name of ['lib', 'usr/lib', 'usr/bin', 'proc', 'dev', 'tmp', 'mnt', 'opt']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  copyFileSync(MUSL, join(folder, MUSL))
  const libraries = join(folder, 'usr/lib')
  const source = join(root, 'scripts', 'musl-shim.c')
  const flags = ['-target', 'x86_64-linux-musl', '-O1', '-s', '-shared', '-Wall', '-Wextra']
  execFileSync(zig(), ['cc', ...flags, '-o', join(libraries, 'libmuslshim.so'), source])
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    const library = join(libraries, name)
    copyFileSync(join(debianTrixie(), 'usr/lib/x86_64-linux-gnu', name), library)
    // Under its own name the loader of glibc would be found by addons for glibc too.
    execFileSync('patchelf', [
      '--replace-needed',
      'ld-linux-x86-64.so.2',
      'libmuslshim.so',
      library,
    ])
  }
}

/**
 * The folder of a Node.js for musl. Its home page has none to install by npm: pnpm's executable is
 * one with a program within, and this switches the program off.
 * https://nodejs.org/api/single-executable-applications.html tells of the fuse.
 */
export function nodeForMusl() {
  const from = '@pnpm/linuxstatic-x64@11.21.0'
  return cached(`node-of-${from.replace('/', '+')}`, (folder) => {
    const bytes = readFileSync(join(npmPackage(from), 'pnpm'))
    const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:'
    const place = bytes.indexOf(`${fuse}1`)
    if (place < 0) throw new Error(`${from} has no program to switch off`)
    bytes.write('0', place + fuse.length)
    writeFileSync(join(folder, 'node'), bytes, { mode: 0o755 })
  })
}

/** Runs words in the bed, with `programs` at /opt and `project` at /mnt. */
export function runOnMusl(programs, project, words, options) {
  const system = cached('musl-1', makeSystem)
  return runInside(system, { '/opt': programs, '/mnt': project }, words, options)
}
