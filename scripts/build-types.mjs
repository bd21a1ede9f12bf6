// Writes dist/index.d.ts and its twin for require(), which have the public names alone, and the report of
// these in docs/socktable.api.md.
//
//   node scripts/build-types.mjs            the declarations; says so where the report is another
//   node scripts/build-types.mjs --check    fails where the report is another
//   node scripts/build-types.mjs --update   writes the report
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { root, run } from './tools/run.mjs'

const require = createRequire(import.meta.url)
const REPORT = 'docs/socktable.api.md'

const folder = mkdtempSync(join(tmpdir(), 'socktable-types-'))
try {
  const { declarations, report } = rollUp(emit())
  writeDeclarations(declarations)
  compare(report)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Compiles the declaration of each source file, and returns the folder with them. */
function emit() {
  const out = join(folder, 'emitted')
  const tsc = require.resolve('typescript/bin/tsc')
  const options = ['--emitDeclarationOnly', '--outDir', out]
  run(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json'), ...options])
  for (const name of readdirSync(out, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(out, name)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/(from '\..*)\.ts'/g, "$1.js'"))
  }
  return out
}

function rollUp(emitted) {
  const reports = join(folder, 'report')
  mkdirSync(reports)
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(emitted, 'index.d.ts'),
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            ...{ target: 'es2022', module: 'nodenext', moduleResolution: 'nodenext' },
            ...{ lib: ['es2023', 'esnext.disposable'], types: ['node'], strict: true },
            typeRoots: [join(root, 'node_modules', '@types')],
          },
          files: [join(emitted, 'index.d.ts')],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: 'socktable',
        reportFolder: reports,
        reportTempFolder: join(folder, 'temporary'),
      },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: join(folder, 'index.d.ts') },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          // Everything that is exported is public.
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  })
  const result = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      // It would print its own version, and report on what is compared here.
      if (message.category === 'console') message.handled = true
    },
  })
  if (result.errorCount > 0) throw new Error(`${result.errorCount} errors in the declarations`)
  return {
    declarations: readFileSync(join(folder, 'index.d.ts'), 'utf8'),
    report: readFileSync(join(reports, 'socktable.api.md'), 'utf8'),
  }
}

/**
 * A program may be compiled without @types/node and without "dom" in its "lib": a type that is missing
 * then is "any". Its "lib" may also lack Symbol.dispose.
 */
function writeDeclarations(text) {
  const lenient = text
    .replace(/^(import .* from 'node:[a-z]+';)$/gm, '// @ts-ignore\n$1')
    .replace(/^( +)(.*\bAbortSignal;)$/gm, '$1// @ts-ignore\n$1$2')
  const declarations = `/// <reference lib="esnext.disposable" />\n${lenient}`
  const dist = join(root, 'dist')
  mkdirSync(dist, { recursive: true })
  for (const name of readdirSync(dist, { recursive: true })) {
    if (/\.d\.c?ts$/.test(name)) rmSync(join(dist, name))
  }
  for (const name of ['index.d.ts', 'index.d.cts']) writeFileSync(join(dist, name), declarations)
}

function compare(report) {
  const file = join(root, REPORT)
  if (process.argv.includes('--update')) {
    writeFileSync(file, report)
    return
  }
  let known = ''
  try {
    known = readFileSync(file, 'utf8')
  } catch {
    // There is none yet.
  }
  if (known === report) return
  console.error(`The public interface is not that of ${REPORT}: npm run api updates it.`)
  if (process.argv.includes('--check')) process.exitCode = 1
}
