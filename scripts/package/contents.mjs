// What is in the package.
import assert from 'node:assert/strict'
import { check, packed } from './project.mjs'

const MOST_BYTES = 3_000_000
const paths = packed.files.map(({ path }) => path)

check('the package holds what its users need and nothing else', () => {
  const expected = [
    /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|binding\.gyp|scripts\/install\.mjs)$/,
    /^docs\/[a-z.]+\.(md|svg)$/,
    /^dist\/(.*\.(js|d\.c?ts)|index\.cjs|cli\/package\.json)$/,
    /^native\/(.*\.(cc|h)|sources\.json)$/,
    /^prebuilds\/[a-z0-9]+-[a-z0-9]+\/socktable(\.[a-z0-9]+)*\.node$/,
  ]
  const surprises = paths.filter((path) => !expected.some((pattern) => pattern.test(path)))
  assert.deepEqual(surprises, [])
  assert.deepEqual(
    paths.filter((path) => /native\/(replay|fuzz)/.test(path)),
    [],
  )
  for (const path of ['README.md', 'dist/index.js', 'dist/index.d.ts', 'dist/cli/main.js']) {
    assert.ok(paths.includes(path), `${path} is missing`)
  }
  assert.ok(
    paths.some((path) => path.startsWith(`prebuilds/${process.platform}-${process.arch}/`)),
    'no prebuild for this machine: run "npm run prebuild" first',
  )
})

check(`it is small: ${packed.size} bytes, unpacked ${packed.unpackedSize}`, () => {
  assert.ok(packed.size < MOST_BYTES, `larger than ${MOST_BYTES} bytes`)
})
