/** What holds for the pages of the documentation as such: links, length, and the reference. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorsOf, linksOf, wordsOf } from './markdown.ts'
import { API_REPORT, PAGES, readPage } from './pages.ts'
import { referenceOf } from './reference.ts'
import { root } from './stage.ts'

/** The files of the package, as npm would pack it. */
function packedFiles(): string[] {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const output = execFileSync('npm', words, { cwd: root, encoding: 'utf8', stdio: 'pipe' })
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }]
  return files.map(({ path }) => path)
}

const files = packedFiles()

/** Why a link of a page leads nowhere in the installed package; null where it leads somewhere. */
function faultOf(page: string, link: string): string | null {
  if (/^[a-z]+:/.test(link)) return null
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : posix.join(posix.dirname(page), path)
  if (!files.includes(target)) return `${link}: the package has no ${target}`
  if (anchor === undefined || anchorsOf(readPage(target)).includes(anchor)) return null
  return `${link}: ${target} has no such heading`
}

describe.each(PAGES)('%s', (page) => {
  test('is in the package, and so is everything that it links to', () => {
    const faults = linksOf(readPage(page)).map((link) => faultOf(page, link))
    expect(files).toContain(page)
    expect(faults.filter((fault) => fault !== null)).toEqual([])
  })
})

test('README.md links to every page, and has fewer than 1,500 words', () => {
  const readme = readPage('README.md')
  expect(linksOf(readme)).toEqual(
    expect.arrayContaining(PAGES.filter((page) => page !== 'README.md')),
  )
  expect(wordsOf(readme)).toBeLessThan(1500)
})

test('README.md gives one command that does the main job and one that runs the tests', () => {
  const ci = readFileSync(join(root, '.ci', 'run'), 'utf8')
  for (const command of ['npx socktable', 'npm test']) {
    expect(readPage('README.md')).toContain(`npm ci && ${command}\n`)
    expect(ci).toMatch(RegExp(`^step \\S+ ${command}$`, 'm'))
  }
})

/** The cells of a table under a heading of README.md, without its first two lines. */
function tableUnder(heading: string): string[][] {
  const section = readPage('README.md').split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(2).map((row) => row.split(' | '))
}

const apiNames = (): string[] =>
  Array.from(readPage(API_REPORT).matchAll(/^export \w+ (\w+)/gm), (match) => match[1] as string)

test('README.md sends those who come from other tools to functions that there are', () => {
  const rows = tableUnder('Coming from other tools')
  const called = rows.flatMap((cells) => Array.from(cells.at(-1)?.matchAll(/(\w+)\(/g) ?? []))
  const names = called.map((match) => match[1])
  expect(names.length).toBeGreaterThan(10)
  expect(apiNames()).toEqual(expect.arrayContaining(names))
})

test('README.md maps removed names, and no others, to names that there are', () => {
  const NAME =
    /`(list\w+|port[A-Z]\w+|inspect\w+|[A-Z]\w+(?:Options|Owners|Usage|Inspection|Port|Name|Result|Reference))\b/g
  const rows = tableUnder('Names that changed')
  const namesIn = (column: number): (string | undefined)[] =>
    rows.flatMap((cells) => Array.from(cells[column]?.matchAll(NAME) ?? [], ([, name]) => name))
  expect(namesIn(0).length).toBeGreaterThan(9)
  expect(namesIn(0).filter((name) => apiNames().includes(name ?? ''))).toEqual([])
  expect(apiNames()).toEqual(expect.arrayContaining(namesIn(1)))
})

// "node scripts/test.mjs test/docs -u" writes it.
test('docs/reference.md is made from the declarations', async () => {
  const reference = referenceOf(readFileSync(join(root, 'dist', 'index.d.ts'), 'utf8'))
  await expect(reference).toMatchFileSnapshot(join(root, 'docs', 'reference.md'))
})

test('docs/reference.md has every name of the API report', () => {
  const names = apiNames()
  const headings = Array.from(
    readPage('docs/reference.md').matchAll(/^### (\w+)$/gm),
    ([, name]) => name,
  )
  expect(names.length).toBeGreaterThan(50)
  expect(headings.sort()).toEqual(names.sort())
})
