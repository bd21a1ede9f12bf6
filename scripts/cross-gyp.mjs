#!/usr/bin/env node
// A stand-in for node-gyp, for prebuildify's --node-gyp: compiles the addon for another system with
// zig and leaves it where node-gyp would. prebuildify does the rest, as it does with node-gyp.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { addonBuild } from './gyp-file.mjs'
import { root, run } from './native-tools.mjs'
import { zig } from './zig.mjs'

const require = createRequire(import.meta.url)

const TARGETS = {
  'win32-x64': 'x86_64-windows-gnu',
  'win32-arm64': 'aarch64-windows-gnu',
  'win32-ia32': 'x86-windows-gnu',
}

const { PREBUILD_PLATFORM: platform, PREBUILD_ARCH: arch } = process.env
const target = TARGETS[`${platform}-${arch}`]
if (target === undefined) {
  console.error(`no way is known to build for ${platform}-${arch} on this machine`)
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
const { name, sources, defines } = addonBuild('win')
const output = join(process.cwd(), 'build', 'Release')
rmSync(output, { recursive: true, force: true })
mkdirSync(output, { recursive: true })
const imports = join(output, 'host_imports.cc')
writeFileSync(imports, hostImports())

const headers = [
  join(dirname(require.resolve('node-api-headers/package.json')), 'include'),
  dirname(require.resolve('node-addon-api/package.json')),
]
run(
  zig(),
  [
    ...['c++', '-target', target, '-O2', '-Wall', '-Wextra', '-Werror'],
    ...['-shared', '-s', '-fvisibility=hidden', '-fno-sanitize=all'],
    ...[...defines, `NODE_GYP_MODULE_NAME=${name}`, 'BUILDING_NODE_EXTENSION'].map((d) => `-D${d}`),
    ...['-DNODE_ADDON_API_CPP_EXCEPTIONS', '-DNAPI_EXTERN=__declspec(dllimport)'],
    ...headers.map((folder) => `-isystem${folder}`),
    ...['-o', join(output, `${name}.node`)],
    ...['-std=c++17', ...sources.map((path) => join(root, path)), imports],
    ...['-liphlpapi', '-ladvapi32', '-luser32'],
  ],
  { cwd: output },
)
