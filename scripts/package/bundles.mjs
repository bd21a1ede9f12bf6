// A program and the package in a single file by esbuild, with the addon beside it, as docs/bundling.md shows.
import assert from 'node:assert/strict'
import { buildSync } from 'esbuild'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { check, projectWithPackage, runIn } from './project.mjs'

const program = `import { listSockets } from 'socktable'
listSockets({ owners: 'none' }).then(({ source }) => console.log(typeof source))`

const project = projectWithPackage('bundled')
const modules = join(project, 'node_modules')
writeFileSync(join(project, 'program.js'), program)

const bundles = [
  { format: 'esm', outfile: 'esm/program.mjs' },
  { format: 'cjs', outfile: 'cjs/program.cjs' },
]
for (const options of bundles) {
  buildSync({
    absWorkingDir: project,
    entryPoints: ['program.js'],
    bundle: true,
    platform: 'node',
    // src/addon.ts knows what to do without.
    logOverride: { 'empty-import-meta': 'silent' },
    ...options,
  })
  cpSync(join(modules, 'socktable', 'prebuilds'), join(project, options.format, 'prebuilds'), {
    recursive: true,
  })
}
// They have to do without.
rmSync(modules, { recursive: true })
for (const { format, outfile } of bundles) {
  check(`bundled by esbuild, ${format}`, () => {
    // Away from where it was made.
    const place = join(project, 'elsewhere', format)
    mkdirSync(join(project, 'elsewhere'), { recursive: true })
    cpSync(join(project, format), place, { recursive: true })
    assert.equal(runIn(place, process.execPath, [outfile.split('/')[1]]), 'string')
  })
}
