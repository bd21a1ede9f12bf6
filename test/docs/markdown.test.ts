import { describe, expect, test } from 'vitest'
import { anchorsOf, blocksOf, linksOf, withText } from './markdown.ts'
import { commandsOf, settingOf } from './plays.ts'
import { steady } from './volatile.ts'

const PAGE = `# The page's head

[one](a.md#b) \`[not](c.md)\`

<!-- doctest: server 127.0.0.1:80 nginx, client 80, exit 0 1, ends 80 -->
\`\`\`console
$ socktable
PROTO
$ socktable who 80
\`\`\`
`

describe('blocksOf', () => {
  test('reads a block with the comment in front of it', () => {
    const [block] = blocksOf(PAGE)
    if (block === undefined) throw new Error('there is none')
    expect(block).toMatchObject({ line: 6, language: 'console' })
    expect(commandsOf(block)).toEqual(['socktable', 'socktable who 80'])
    expect(settingOf(block)).toMatchObject({
      servers: [{ name: 'nginx', protocol: 'tcp', host: '127.0.0.1', port: 80 }],
      clients: [{ name: 'node', protocol: 'tcp', port: 80 }],
      exits: [0, 1],
      ends: [80],
    })
    expect(withText(PAGE, block, '$ new\n')).toContain('```console\n$ new\n```\n')
  })

  test.each([
    ['a block that never ends', '```ts\n', 'never ends'],
    ['a comment in front of no block', '<!-- doctest: exit 1 -->\ntext\n```ts\n```\n', 'no block'],
    ['a block without a fence', 'text\n\n    indented()\n', 'without a language'],
  ])('refuses %s', (_, page, message) => {
    expect(() => blocksOf(page)).toThrow(message)
  })
})

test('settingOf refuses a directive that it does not know', () => {
  const block = { line: 1, language: 'ts', text: '', directives: ['sever 3000'] }
  expect(() => settingOf(block)).toThrow('sever 3000')
})

test('linksOf and anchorsOf leave code out', () => {
  expect(linksOf(PAGE)).toEqual(['a.md#b'])
  expect(anchorsOf(`${PAGE}\`\`\`sh\n# comment\n\`\`\`\n`)).toEqual(['the-pages-head'])
})

test('steady replaces what differs between two runs, and nothing else', () => {
  expect(steady("{ id: '12', pid: 7, inode: 99 }")).toBe("{ id: '15962', pid: 7, inode: 15962 }")
  expect(steady('{"id":"12","fds":[3],"pid":7}')).toBe('{"id":"15962","fds":[18],"pid":7}')
})
