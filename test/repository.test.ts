import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const { mirrorOf } = (await import(join(root, 'scripts', 'environments', 'apt-mirror.mjs'))) as {
  mirrorOf: (texts: readonly string[]) => string | null
}

// With a class for the dot, so that this file is no finding itself.
const REGISTRY =
  /(deb|ftp|security|snapshot)[.]([a-z]+[.])?debian[.]org|registry[.](npmjs|yarnpkg)[.]|archive[.]ubuntu[.]com|(pypi|pythonhosted)[.]org|dl-cdn[.]alpinelinux/

test('no file names the host of a package registry or of a mirror', () => {
  const list = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  const names = list.split('\0').filter((name) => name !== '')
  expect(names).toContain('package-lock.json')
  expect(names.filter((name) => REGISTRY.test(readFileSync(join(root, name), 'utf8')))).toEqual([])
})

test.each([
  [
    'deb http://a.test/debian-security x main\ndeb [arch=amd64] http://b.test/debian x main',
    'http://b.test/debian',
  ],
  [
    '# URIs: http://a.test/debian\nTypes: deb\nURIs: http://c.test/other\n https://d.test/debian/\n',
    'https://d.test/debian/',
  ],
  ['Enabled: no\nURIs: http://a.test/debian\n\nURIs: http://e.test/debian', 'http://e.test/debian'],
  ['# deb http://a.test/debian x main\ndeb file:/debian x main', null],
])('the mirror in the apt source %j is %j', (text, mirror) => {
  expect(mirrorOf([text])).toBe(mirror)
})
