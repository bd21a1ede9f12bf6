#!/usr/bin/env node
// A stand-in for node-gyp, for prebuildify's --node-gyp: compiles the addon for another system with
// zig and leaves it where node-gyp would. prebuildify does the rest, as it does with node-gyp.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { compileAll } from '../native/build.mjs'
import {
  addonSources,
  defines,
  languageFlags,
  linuxFlags,
  protectingFlags,
  windowsLibraries,
} from '../native/sources.mjs'
import { run } from '../tools/run.mjs'
import { zig } from '../tools/zig.mjs'
import { linkForDarwin } from './darwin-link.mjs'

const require = createRequire(import.meta.url)

// glibc 2.17 is that of CentOS 7, the oldest that anybody still has.
const TARGETS = {
  'linux-x64-glibc': 'x86_64-linux-gnu.2.17',
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64-glibc': 'aarch64-linux-gnu.2.17',
  'linux-arm64-musl': 'aarch64-linux-musl',
  'linux-arm-glibc': 'arm-linux-gnueabihf.2.17',
  'linux-arm-musl': 'arm-linux-musleabihf',
  // The oldest that Node.js 20 runs on.
  'darwin-x64': 'x86_64-macos.10.15',
  'darwin-arm64': 'aarch64-macos.11.0',
  'win32-x64': 'x86_64-windows-gnu',
  'win32-arm64': 'aarch64-windows-gnu',
  'win32-ia32': 'x86-windows-gnu',
}

const { PREBUILD_PLATFORM: platform, PREBUILD_ARCH: arch, PREBUILD_LIBC: libc } = process.env
const place = platform === 'linux' ? `${platform}-${arch}-${libc}` : `${platform}-${arch}`
const target = TARGETS[place]
if (target === undefined) {
  console.error(`no way is known to build for ${place} on this machine`)
  process.exit(1)
}

// An import of node.exe by name would keep the addon from every other host: electron.exe, bun.exe, a
// node.exe with another name. This fills the table of imports from whatever program is running.
function hostImports() {
  const { js_native_api_symbols: engine, node_api_symbols: runtime } =
    require('node-api-headers').symbols.v8
  const names = [...engine, ...runtime]
  // The C name of what the linker calls __imp_NAME, or __imp__NAME on x86.
  const pointer = arch === 'ia32' ? '_imp__' : '__imp_'
  return `#include <windows.h>
extern "C" {
${names.map((name) => `void *${pointer}${name};`).join('\n')}
}
static const struct { const char *name; void **pointer; } imports[] = {
${names.map((name) => `{"${name}", &${pointer}${name}},`).join('\n')}
};
__attribute__((constructor(101))) static void fill(void) {
  HMODULE hosts[] = {GetModuleHandleW(NULL), GetModuleHandleW(L"libnode.dll"),
                     GetModuleHandleW(L"node.dll"), GetModuleHandleW(L"node.exe")};
  for (unsigned i = 0; i < sizeof imports / sizeof *imports; i++) {
    for (unsigned host = 0; host < sizeof hosts / sizeof *hosts && !*imports[i].pointer; host++) {
      if (hosts[host]) *imports[i].pointer = (void *)GetProcAddress(hosts[host], imports[i].name);
    }
  }
}
`
}

// prebuildify runs this where its output belongs, which is not where the sources are: the build of
// this machine, in build/Release too, stays as it is.
const name = 'socktable'
const work = join(process.cwd(), 'build')
const output = join(work, 'Release')
rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })

const headers = [
  join(dirname(require.resolve('node-api-headers/package.json')), 'include'),
  dirname(require.resolve('node-addon-api/package.json')),
]
const compile = [
  ...['c++', '-target', target, '-O2', ...languageFlags, '-Werror', ...protectingFlags],
  '-fno-sanitize=all',
  ...[...defines, `-DNODE_GYP_MODULE_NAME=${name}`, '-DBUILDING_NODE_EXTENSION'],
  '-DNODE_ADDON_API_CPP_EXCEPTIONS',
  ...headers.map((folder) => `-isystem${folder}`),
]
const paths = addonSources(platform)
const addon = join(output, `${name}.node`)
const build = (...args) => run(zig(), [...compile, ...args], { cwd: work })

switch (platform) {
  case 'linux':
    // What Node-API offers is found when the addon is loaded. musl has neither the headers nor the
    // functions that check lengths.
    build(
      ...['-shared', '-s', '-fPIC', ...linuxFlags.link],
      ...(libc === 'glibc' ? linuxFlags.release : []),
      ...['-o', addon, ...paths],
    )
    break
  case 'darwin': {
    const objects = await compileAll(zig(), [...compile, '-fPIC'], paths, work, { cwd: work })
    linkForDarwin({ arch, target, objects, output: addon, folder: work })
    break
  }
  case 'win32': {
    const imports = join(work, 'host_imports.cc')
    writeFileSync(imports, hostImports())
    const flags = ['-DNAPI_EXTERN=__declspec(dllimport)', '-shared', '-s']
    build(...flags, '-o', addon, ...paths, imports, ...windowsLibraries)
    // The linker writes when it ran into the header, and no option of zig keeps it from that; the same
    // sources are to give the same bytes.
    const bytes = readFileSync(addon)
    bytes.writeUInt32LE(0, bytes.readUInt32LE(0x3c) + 8)
    writeFileSync(addon, bytes)
  }
}
