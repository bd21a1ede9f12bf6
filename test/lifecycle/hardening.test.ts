import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const script = (name: string): string =>
  fileURLToPath(new URL(`../../scripts/prebuild/${name}`, import.meta.url))

type Check = (file: string, libc: 'glibc' | 'musl') => readonly string[]
const { weaknessesOf } = (await import(script('linux-hardening.mjs'))) as { weaknessesOf: Check }

const folder = mkdtempSync(join(tmpdir(), 'socktable-hardening-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const header = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
const libc = header.header.glibcVersionRuntime === undefined ? 'musl' : 'glibc'

test('the addon built from source is hardened', () => {
  const addon = fileURLToPath(new URL('../../build/Release/socktable.node', import.meta.url))
  expect(weaknessesOf(addon, libc)).toEqual([])
})

const SOURCE = `#include <stdio.h>
int text(char *to, int n);
int text(char *to, int n) {
  char copy[64];
  const int length = snprintf(copy, n, "%s", to);
  return length + copy[n];
}
`

/** A shared object of a few lines, made with these flags. */
function sharedObject(...flags: string[]): string {
  const source = join(folder, 'text.c')
  const file = join(folder, 'text.so')
  writeFileSync(source, SOURCE)
  const compiler = process.env['CC'] ?? 'cc'
  execFileSync(compiler, [
    '-shared',
    '-fPIC',
    '-O2',
    '-U_FORTIFY_SOURCE',
    ...flags,
    '-o',
    file,
    source,
  ])
  return file
}

const RELRO = ['-Wl,-z,relro', '-Wl,-z,now']
const PROTECTED = ['-fstack-protector-strong', '-D_FORTIFY_SOURCE=2']
const ALL = [...RELRO, ...PROTECTED]

describe('the check of a build for Linux', () => {
  test('passes a file that has all of it', () => {
    expect(weaknessesOf(sharedObject(...ALL), libc)).toEqual([])
  })

  test.each([
    ['relocations that stay writable', ['-Wl,-z,norelro'], ['no GNU_RELRO segment (-z relro)']],
    [
      'functions that are resolved late',
      ['-Wl,-z,lazy'],
      ['no BIND_NOW (-z now)', 'no NOW in FLAGS_1 (-z now)'],
    ],
    ['a stack that is executed', ['-Wl,-z,execstack'], [/^a stack of RWE, not RW/]],
    ['a path to look for libraries', ['-Wl,-rpath,/tmp'], [/RPATH/]],
    ['no stack protector', ['-fno-stack-protector'], [/stack protector/]],
  ])('names %s', (_, flags, expected) => {
    expect(weaknessesOf(sharedObject(...ALL, ...flags), libc)).toEqual(
      expected.map((each) =>
        typeof each === 'string' ? each : (expect.stringMatching(each) as string),
      ),
    )
  })

  test.runIf(libc === 'glibc')('names calls whose lengths are not checked, on glibc alone', () => {
    const file = sharedObject(...ALL, '-U_FORTIFY_SOURCE')
    expect(weaknessesOf(file, 'glibc')).toEqual(['no checked function (_FORTIFY_SOURCE)'])
    expect(weaknessesOf(file, 'musl')).toEqual([])
  })
})
