/** The programs among the blocks of the documentation: compiled by the rules of this repository. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import type { Block } from './markdown.ts'
import { root } from './stage.ts'

/** The languages of programs, with the extension that has TypeScript take them for what they are. */
const EXTENSIONS: Readonly<Record<string, string>> = { ts: '.mts', js: '.mjs', cjs: '.cjs' }

export const isProgram = ({ language }: Block): boolean => Object.hasOwn(EXTENSIONS, language)

/** The options of tsconfig.json, for a project that has the package as its dependency. */
function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) =>
    readFileSync(path, 'utf8'),
  ) as { config: { compilerOptions: unknown } }
  const { options, errors } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  if (errors.length > 0) throw new Error('tsconfig.json has an error')
  const types = { typeRoots: [join(root, 'node_modules', '@types')] }
  const scripts = { allowJs: true, checkJs: true }
  return { ...options, ...types, ...scripts, noEmit: true, skipLibCheck: false }
}

export interface Program {
  readonly block: Block
  /** The file to start. */
  readonly path: string
  /** What TypeScript says against it. */
  readonly errors: readonly string[]
}

/** Compiles programs in a project, all by one run of the compiler. */
export function compile(project: string, blocks: readonly Block[], prefix: string): Program[] {
  const files = blocks.map((block) => {
    const path = join(project, `${prefix}-${block.line}${EXTENSIONS[block.language] ?? ''}`)
    writeFileSync(path, block.text)
    return { block, path }
  })
  const options = compilerOptions()
  const program = ts.createProgram(
    files.map(({ path }) => path),
    options,
  )
  return files.map(({ block, path }) => {
    const source = program.getSourceFile(path)
    const errors = ts.getPreEmitDiagnostics(program, source).map(({ start, messageText }) => {
      const message = ts.flattenDiagnosticMessageText(messageText, '\n')
      const at = source?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0
      return `line ${block.line + 1 + at}: ${message}`
    })
    if (block.language !== 'ts') return { block, path, errors }
    const start = path.replace(/\.mts$/, '.mjs')
    const transpiled = ts.transpileModule(block.text, { fileName: path, compilerOptions: options })
    writeFileSync(start, transpiled.outputText)
    return { block, path: start, errors }
  })
}
