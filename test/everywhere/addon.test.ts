import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { loadAddon } from '../../src/addon.ts'

const real = { platform: process.platform, arch: process.arch }
const pretend = ({ platform, arch }: typeof real): void => {
  Object.defineProperties(process, { platform: { value: platform }, arch: { value: arch } })
}
const folder = mkdtempSync(join(tmpdir(), 'socktable-addon-'))
afterEach(() => {
  pretend(real)
  vi.unstubAllEnvs()
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('a system without a reader is told so, and what there are readers for', () => {
  pretend({ platform: 'freebsd', arch: 'x64' })
  vi.stubEnv('SOCKTABLE_ADDON', join(folder, 'nowhere.node'))
  expect(loadAddon).toThrow(
    expect.objectContaining({
      code: 'ERR_SOCKTABLE_ADDON',
      message: expect.stringMatching(
        /for freebsd-x64: looked for .*nowhere\.node\..* knows Linux, macOS and Windows\.$/,
      ) as string,
    }),
  )
})

test('where nothing was built for a processor, it is said what was looked for and what to do', () => {
  pretend({ ...real, arch: 'mips' })
  // What was built in this clone would be taken.
  vi.stubEnv('SOCKTABLE_ADDON', join(folder, 'nowhere.node'))
  const target = real.platform === 'linux' ? 'linux-mips-(glibc|musl)' : `${real.platform}-mips`
  expect(loadAddon).toThrow(new RegExp(`^socktable has no native addon for ${target}: looked for `))
  expect(loadAddon).toThrow(/install a C\+\+17 compiler, .* then run "npm rebuild socktable"\.$/)
})

test('a file that does not load is named, with the reason of the system', () => {
  const file = join(folder, 'broken.node')
  writeFileSync(file, 'not an addon')
  vi.stubEnv('SOCKTABLE_ADDON', file)
  expect(loadAddon).toThrow(
    expect.objectContaining({
      code: 'ERR_SOCKTABLE_ADDON',
      message: expect.stringMatching(/broken\.node does not load \(Error: /) as string,
      cause: expect.any(Error) as Error,
    }),
  )
})
