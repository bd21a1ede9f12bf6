// Bundles the command, dist/cli: it starts in half the time that its modules take one by one. main.js
// is what npm links to, command.js all the rest. They are CommonJS, which Node.js 20 and 22 load
// earlier than ES modules and where esbuild loads built-in modules when they are first used.
import { build } from 'esbuild'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { root } from './run.mjs'

const source = (...path) => join(root, 'src', ...path)

/** By each value that index.ts exports: the module that has it. */
function modulesOfIndex() {
  const lists = readFileSync(source('index.ts'), 'utf8').matchAll(
    /^export \{([^}]*)\} from '([^']*)'/gm,
  )
  return new Map(
    Array.from(lists).flatMap(([, names, path]) =>
      names.split(',').map((name) => [name.trim(), resolve(source(), path)]),
    ),
  )
}

/** Takes what the command imports of index.ts from where it is: index.ts would load all the library. */
const fromItsModule = {
  name: 'from-its-module',
  setup({ onLoad }) {
    const modules = modulesOfIndex()
    const importOf = (name) => {
      if (name === '' || name.startsWith('type ')) return ''
      return `import { ${name} } from ${JSON.stringify(modules.get(name.split(' as ')[0]))}`
    }
    onLoad({ filter: /src[\\/]cli[\\/].*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8').replace(
        /^import \{([^}]*)\} from '(?:\.\.\/)+index\.ts'/gm,
        (_, names) =>
          names
            .split(',')
            .map((name) => importOf(name.trim()))
            .join(';'),
      )
      return { loader: 'ts', contents }
    })
  },
}

/** command.js is another file, for what is ahead of it to run first. */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/command\.ts$/ }, () => ({ path: './command.js', external: true }))
  },
}

/** Writes both into `folder`. */
export async function bundleCommand(folder) {
  mkdirSync(folder, { recursive: true })
  // "type" in the package's own package.json says that .js files are ES modules.
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n')
  const common = {
    ...{ bundle: true, platform: 'node', format: 'cjs', target: 'node20' },
    ...{ absWorkingDir: root, outdir: folder, logLevel: 'warning' },
    // import() would load by way of ES modules.
    supported: { 'dynamic-import': false },
  }
  await build({
    ...common,
    entryPoints: [source('cli', 'main.ts')],
    plugins: [apart],
    define: { 'import.meta.url': '__filename' },
  })
  await build({
    ...common,
    entryPoints: [source('cli', 'command.ts')],
    plugins: [fromItsModule],
    // The library looks for the addon from the folder that it is in, which is dist.
    banner: { js: "const dist = require('node:path').dirname(__dirname);" },
    define: { 'import.meta.url': '__filename', 'import.meta.dirname': 'dist' },
  })
}
