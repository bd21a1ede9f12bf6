import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'

const real = { platform: process.platform, arch: process.arch }
const folder = mkdtempSync(join(tmpdir(), 'socktable-addon-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function pretend({ platform, arch }: typeof real): void {
  Object.defineProperties(process, { platform: { value: platform }, arch: { value: arch } })
}
afterEach(() => {
  pretend(real)
  vi.unstubAllEnvs()
})

/** The error of loading the addon on such a system, from a file that was asked for. */
async function errorOn(system: Partial<typeof real>, file: string): Promise<unknown> {
  pretend({ ...real, ...system })
  vi.stubEnv('SOCKTABLE_ADDON', file)
  vi.resetModules()
  const { loadAddon } =
    await vi.importActual<typeof import('../../src/addon.ts')>('../../src/addon.ts')
  try {
    return loadAddon((addon) => addon)
  } catch (error) {
    return error
  }
}

test.each([
  [{ platform: 'freebsd', arch: 'x64' }, 'freebsd-x64'],
  [{ platform: 'linux', arch: 'mips' }, 'linux-mips-(glibc|musl)'],
] as const)(
  'on %j the error names the system, the file and its variable',
  async (system, target) => {
    expect(await errorOn(system, join(folder, 'nowhere.node'))).toMatchObject({
      code: 'ERR_SOCKTABLE_ADDON',
      message: expect.stringMatching(
        new RegExp(
          `^socktable has no native addon for ${target}: .*nowhere\\.node does not load .*` +
            'SOCKTABLE_ADDON names that file: correct it, or unset it',
        ),
      ) as string,
    })
  },
)

test('a file that does not load is named, with the reason of the system', async () => {
  const file = join(folder, 'broken.node')
  writeFileSync(file, 'not an addon')
  expect(await errorOn({}, file)).toMatchObject({
    code: 'ERR_SOCKTABLE_ADDON',
    message: expect.stringMatching(/broken\.node does not load \(Error: /) as string,
    cause: expect.any(Error) as Error,
  })
})
