// What TypeScript, bundlers and registries make of the package's entries.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../tools/run.mjs'
import { archive, check, projectWithPackage, runIn } from './project.mjs'

const npx = (...words) => runIn(root, 'npx', ['--no-install', ...words])

check('publint has nothing to say', () => {
  npx('publint', '--strict', archive)
})
check('@arethetypeswrong/cli has nothing to say', () => {
  npx('attw', archive)
})

const program = `import { listSockets, type SocketRow } from 'socktable'
export async function first(): Promise<SocketRow | undefined> {
  const { rows } = await listSockets({ protocol: 'tcp' })
  // @ts-expect-error it is a number
  const wrong: string | undefined = rows[0]?.localPort
  return wrong === undefined ? rows[0] : undefined
}
`
const project = projectWithPackage('types')
for (const [module, moduleResolution] of [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['esnext', 'bundler'],
  ['commonjs', 'bundler'],
]) {
  check(
    `TypeScript compiles a user's program: module ${module}, resolution ${moduleResolution}`,
    () => {
      const folder = join(project, `${module}-${moduleResolution}`)
      mkdirSync(folder)
      for (const kind of ['cts', 'mts']) writeFileSync(join(folder, `program.${kind}`), program)
      const compilerOptions = {
        ...{ module, moduleResolution, target: 'es2022', strict: true, noEmit: true },
        ...{ types: ['node'], typeRoots: [join(root, 'node_modules', '@types')] },
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
      npx('tsc', '-p', folder)
    },
  )
}
