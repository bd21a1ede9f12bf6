// Looks into an addon for Linux by readelf: that it is for the processor meant, has the entry point
// of Node-API, asks of the system only what an old one has, and is hardened.
import { execFileSync } from 'node:child_process'
import { checkHardening } from './linux-hardening.mjs'

const MACHINE = { x64: 'X86-64', arm64: 'AArch64', arm: 'ARM' }
const ENTRY = 'napi_register_module_v1'
const OLDEST_GLIBC = [2, 17]

const NEEDED = {
  glibc: /^(libc\.so\.6|libpthread\.so\.0|libdl\.so\.2|libm\.so\.6|ld-linux[\w.-]*)$/,
  musl: /^libc\.so$/,
}

/** Throws where something is wrong. */
export function checkLinuxAddon(file, arch, libc) {
  const fail = (what) => {
    throw new Error(`${file}: ${what}`)
  }
  const read = (...flags) => execFileSync('readelf', ['-W', ...flags, file], { encoding: 'utf8' })
  const [, machine] = /Machine:\s+(?:Advanced Micro Devices )?(\S+)/.exec(read('-h')) ?? []
  if (machine !== MACHINE[arch]) fail(`is for ${machine}, not ${arch}`)

  const libraries = Array.from(read('-d').matchAll(/\(NEEDED\).*\[(.*)\]/g), ([, name]) => name)
  const foreign = libraries.filter((name) => !NEEDED[libc].test(name))
  if (foreign.length > 0) fail(`needs ${foreign.join(', ')}`)

  if (/ \.(symtab|debug_\w+) /.test(read('-S'))) fail('is not stripped')

  const symbols = read('--dyn-syms')
  if (!symbols.includes(` ${ENTRY}`)) fail(`does not export ${ENTRY}`)
  if (/@(GLIBCXX|CXXABI)_/.test(symbols)) fail('needs a C++ library of the system')
  for (const [, major, minor] of symbols.matchAll(/@GLIBC_(\d+)\.(\d+)/g)) {
    if (libc === 'musl') fail('needs glibc')
    if (Number(major) !== OLDEST_GLIBC[0] || Number(minor) > OLDEST_GLIBC[1]) {
      fail(`needs glibc ${major}.${minor}`)
    }
  }

  checkHardening(file, libc)
}
