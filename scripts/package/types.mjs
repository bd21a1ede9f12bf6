// What TypeScript, bundlers and registries make of the package's entries.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../tools/run.mjs'
import { archive, check, packed, projectWithPackage, runIn } from './project.mjs'

const npx = (...words) => runIn(root, 'npx', ['--no-install', ...words])

check('publint has nothing to say', () => {
  npx('publint', '--strict', archive)
})
check('@arethetypeswrong/cli has nothing to say', () => {
  npx('attw', archive)
})

const program = `import { inspectPort, listSockets, reservePort, type SocketRow } from 'socktable'
import { type SocketWatcher, explainListenErrors, listenOnFreePort, watchSockets } from 'socktable'
export async function first(): Promise<SocketRow | undefined> {
  const { rows } = await listSockets({ protocol: 'tcp' })
  // @ts-expect-error it is a number
  const wrong: string | undefined = rows[0]?.localPort
  return wrong === undefined ? rows[0] : undefined
}
export async function port(): Promise<number> {
  const reserved = await reservePort()
  reserved[Symbol.dispose]()
  const watcher: SocketWatcher = watchSockets()
  await watcher[Symbol.asyncDispose]()
  explainListenErrors(await listenOnFreePort())
  // @ts-expect-error there is no such option
  const { owners } = await inspectPort(3000, { localport: 1 })
  return owners[0]?.pid ?? reserved.port
}
`

/** What a user may do with the types of Node.js alone. */
const nodeProgram = `${program}
import { createServer, type Server } from 'node:net'
import { checkPort, killPort } from 'socktable'
export const server: Server = explainListenErrors(createServer())
export const listening: Promise<Server> = listenOnFreePort()
export const check = checkPort(1, { signal: new AbortController().signal })
export const kill = (killSignal: NodeJS.Signals) => killPort(1, { killSignal })
// @ts-expect-error it is a server
export const wrongServer: Promise<string> = listenOnFreePort()
`

const project = projectWithPackage('types')

function compiles(name, text, compilerOptions) {
  const folder = join(project, name)
  mkdirSync(folder)
  for (const kind of ['cts', 'mts']) writeFileSync(join(folder, `program.${kind}`), text)
  const strict = { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false }
  const tsconfig = { compilerOptions: { ...strict, ...compilerOptions } }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  npx('tsc', '-p', folder)
}

for (const [module, moduleResolution] of [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
  ['commonjs', 'bundler'],
]) {
  const name = `${module}-${moduleResolution}`
  check(`TypeScript compiles a user's program: ${name}`, () => {
    const withNode = { types: ['node'], typeRoots: [join(root, 'node_modules', '@types')] }
    compiles(name, nodeProgram, { module, moduleResolution, ...withNode })
  })
  check(`TypeScript compiles a user's program without @types/node: ${name}`, () => {
    compiles(`${name}-alone`, program, { module, moduleResolution, types: [] })
  })
}
check('TypeScript compiles a program whose "lib" has neither "dom" nor Symbol.dispose', () => {
  const modules = { module: 'nodenext', moduleResolution: 'nodenext' }
  compiles('bare', program, { ...modules, types: [], lib: ['es2022'] })
})
check('the declarations have no internal names', () => {
  const inner = packed.files.filter(({ path }) => /\.d\.c?ts$/.test(path)).map(({ path }) => path)
  assert.deepEqual(inner.sort(), ['dist/index.d.cts', 'dist/index.d.ts'])
})
