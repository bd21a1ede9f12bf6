// Compiles src/ into dist/, from nothing: a renamed source file must not leave its old output behind.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { bundleCommand } from './tools/bundle-command.mjs'
import { run } from './tools/run.mjs'

const require = createRequire(import.meta.url)

rmSync('dist', { recursive: true, force: true })
run(process.execPath, [
  require.resolve('typescript/bin/tsc'),
  ...['-p', 'tsconfig.build.json', '--declaration', 'false', '--isolatedDeclarations', 'false'],
])

// For require(): the same modules, which every supported Node.js gives it.
writeFileSync(join('dist', 'index.cjs'), "module.exports = require('./index.js')\n")
run(process.execPath, [join('scripts', 'build-types.mjs')])

await bundleCommand(join('dist', 'cli'))
// No tool makes the command executable, and npx in a clone needs that.
chmodSync('dist/cli/main.js', 0o755)
