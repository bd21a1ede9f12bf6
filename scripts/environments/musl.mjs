// The environment that programs made for musl run in under glibc: a folder with Debian's musl, the C++ library
// that Debian has for glibc, and a shim for what that one misses. There is no /etc/alpine-release in
// it, by which others know musl: src/addon.ts has to find out.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached, npmPackage } from '../tools/cache.mjs'
import { root } from '../tools/run.mjs'
import { zig } from '../tools/zig.mjs'
import { runInside } from './chroot.mjs'
import { foreignPackages, missingForDebian } from './debian.mjs'

/**
 * By our name of a processor: that of the tool chain, that of Debian, and the folders that the machine's
 * own are mounted on. qemu-user shows its programs the machine's own where the environment has none.
 */
const PROCESSORS = {
  x64: ['x86_64', 'amd64', ['proc', 'dev', 'tmp', 'mnt', 'opt']],
  arm64: ['aarch64', 'arm64', []],
}

/** What has to be installed first (Debian's names); null where nothing is missing. */
export const missingForMusl = existsSync('/usr/bin/patchelf') ? missingForDebian : 'patchelf'

function makeSystem(folder, [machine, debian, places]) {
  for (const name of ['lib', 'usr/lib', ...places]) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  const packages = join(foreignPackages(debian), 'usr/lib')
  const musl = join(packages, `${machine}-linux-musl`, 'libc.so')
  copyFileSync(musl, join(folder, `lib/ld-musl-${machine}.so.1`))
  const libraries = join(folder, 'usr/lib')
  const source = join(root, 'scripts', 'environments', 'musl-shim.c')
  const flags = ['-target', `${machine}-linux-musl`, '-O1', '-s', '-shared', '-Wall', '-Wextra']
  execFileSync(zig(), ['cc', ...flags, '-o', join(libraries, 'libmuslshim.so'), source])
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1']) {
    const library = join(libraries, name)
    copyFileSync(join(packages, `${machine}-linux-gnu`, name), library)
    // With the loader of glibc, which x64 asks for, addons for glibc would find it too.
    const needed = ['--remove-needed', 'ld-linux-x86-64.so.2', '--add-needed', 'libmuslshim.so']
    execFileSync('patchelf', [...needed, library])
  }
}

/** The folder that is a whole system to programs made for musl; `arch` is x64 or arm64. */
export const muslSystem = (arch) =>
  cached(`musl-2-${arch}`, (folder) => makeSystem(folder, PROCESSORS[arch]))

/**
 * The folder of a Node.js for musl. Its home page has none to install by npm: pnpm's executable is
 * one with a program within, and this switches the program off.
 * https://nodejs.org/api/single-executable-applications.html describes the fuse.
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

/** Runs a command in the environment of x64, with `programs` at /opt and `project` at /mnt. */
export function runOnMusl(programs, project, words, options) {
  return runInside(muslSystem('x64'), { '/opt': programs, '/mnt': project }, words, options)
}
