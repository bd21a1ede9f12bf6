// Compiles src/ into dist/, from nothing: a renamed source file must not leave its old output behind.
import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { bundleCommand } from './tools/bundle-command.mjs'
import { run } from './tools/run.mjs'

const require = createRequire(import.meta.url)

rmSync('dist', { recursive: true, force: true })
run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'])

// For require(): the same modules, which every supported Node.js gives it. To TypeScript with "module":
// "node16" a CommonJS file may import nothing else, so it is told of such files all the way down.
writeFileSync(join('dist', 'index.cjs'), "module.exports = require('./index.js')\n")
for (const name of readdirSync('dist', { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue
  const file = join('dist', name)
  const declarations = readFileSync(file, 'utf8')
  const withImportsOf = (kind) => declarations.replace(/(from '\..*)\.ts'/g, `$1.${kind}'`)
  writeFileSync(file, withImportsOf('js'))
  writeFileSync(file.replace(/ts$/, 'cts'), withImportsOf('cjs'))
}

await bundleCommand(join('dist', 'cli'))
// No tool makes the command executable, and npx in a clone needs that.
chmodSync('dist/cli/main.js', 0o755)
