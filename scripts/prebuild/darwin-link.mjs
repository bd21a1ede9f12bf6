// Links the addon for macOS. zig compiles for it, but what its own linker makes has every symbol of
// the C++ library within among its exports, which macOS would mix with those of its own.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findProgram, run } from '../tools/run.mjs'
import { zig } from '../tools/zig.mjs'

const require = createRequire(import.meta.url)

const ARCH = { x64: 'x86_64', arm64: 'arm64' }
// What the headers of zig are of; it says nothing about where the file runs.
const SDK = '14.0'

/** The libraries that zig would link with; it makes them at the first use and keeps them. */
function librariesFor(target, folder) {
  const source = join(folder, 'empty.cc')
  writeFileSync(source, '')
  const args = ['c++', '-target', target, '-shared', '-o', join(folder, 'empty.dylib'), source]
  const { stdout, stderr } = spawnSync(zig(), [...args, '--verbose'], { encoding: 'utf8' })
  const names = ['libc++', 'libc++abi', 'libcompiler_rt']
  const paths = `${stdout}${stderr}`.match(/\S+\/lib[\w+]+\.a/g) ?? []
  // It names them in another order where it makes them: the same sources are to give the same bytes.
  const libraries = names.map((name) => paths.find((path) => path.endsWith(`/${name}.a`)))
  if (libraries.includes(undefined)) {
    throw new Error(`zig names no libraries for ${target}: ${stderr}`)
  }
  return [...libraries, join(dirname(zig()), 'lib/libc/darwin/libSystem.tbd')]
}

/** Makes `output` of objects that zig compiled for `target` such as aarch64-macos.11.0. */
export function linkForDarwin({ arch, target, objects, output, folder }) {
  const { js_native_api_symbols: engine, node_api_symbols: runtime } =
    require('node-api-headers').symbols.v8
  const linker = findProgram(['ld64.lld-19', 'ld64.lld'], 'lld-19')
  const oldest = target.replace(/.*macos\./, '')
  run(linker, [
    ...['-arch', ARCH[arch], '-platform_version', 'macos', oldest, SDK],
    ...['-bundle', '-dead_strip', '-x', '-S', '-exported_symbol', '_napi_register_module_v1'],
    ...['-exported_symbol', '_node_api_module_get_api_version_v1'],
    // Node-API is in the program that loads the addon; nothing else may be missing.
    ...[...engine, ...runtime].flatMap((name) => ['-U', `_${name}`]),
    ...['-o', output, ...objects, ...librariesFor(target, folder)],
  ])
}
