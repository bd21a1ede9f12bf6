/** Makes docs/reference.md from the declarations of the package. Pure. */

import ts from 'typescript'

/** The functions and constants by topic; a test says where one is missing. */
const TOPICS: Readonly<Record<string, RegExp>> = {
  Sockets: /^(listSockets|countSockets|watchSockets|socketCounter|TCP_STATES|SOURCES)/,
  'Looking at ports': /^(inspectPort|checkPort|explain|waitForPort)/,
  'Free ports': /^(findFreePort|reservePort|listenOnFreePort|bindFreePort)/,
  Processes: /^(killPort|terminate|processInfo|processTree)/,
}

const HEAD = `# Reference

Every function, option, field and value of the package, made from its declarations, which editors show as
well. The guides say how to use them: [ports](ports.md), [listing, watching and counting](watching.md),
[permissions](permissions.md), [containers](containers.md).

Asynchronous functions read on another thread and take an \`AbortSignal\` as \`signal\`. Those whose name ends
in \`Sync\` block.
`

type Documented =
  ts.FunctionDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.VariableStatement

/** One line, without the comments among it. */
const oneLine = (text: string): string =>
  text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** The text of a comment without the code that is indented in it: examples, which the guides have. */
const textOf = (comment: ts.JSDoc | ts.JSDocTag): string =>
  (ts.getTextOfJSDocComment(comment.comment) ?? '')
    .replaceAll(/\n\n(?: {4}.*\n?)+/g, '\n')
    // Not within code: Markdown would take it for HTML.
    .replaceAll(/`[^`]*`|<(?=[a-z])/g, (found) => (found === '<' ? '\\<' : found))
    .trim()

interface Comment {
  readonly description: string
  readonly tags: readonly (readonly [name: string, text: string])[]
}

function commentOf(node: ts.Node): Comment {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  if (comment === undefined) return { description: '', tags: [] }
  const tags = (comment.tags ?? []).map((tag) => {
    const type = 'typeExpression' in tag ? (tag.typeExpression as ts.Node | undefined) : undefined
    const text = `${type?.getText().slice(1, -1) ?? ''} ${textOf(tag)}`.trim()
    return [tag.tagName.text, text] as const
  })
  return { description: textOf(comment), tags }
}

/** What a cell of a table says. A list in it becomes one paragraph. */
const cell = (text: string): string =>
  text.replaceAll(/\n- /g, ' · ').replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim()

function memberRow(member: ts.TypeElement): string {
  const { description, tags } = commentOf(member)
  const ends = tags.flatMap(([name, text]) => (name === 'default' ? [`Default: ${text}.`] : []))
  const [head = '', ...rest] = oneLine(member.getText())
    .replace(/^readonly /, '')
    .replace(/;$/, '')
    .split(': ')
  const isMethod = ts.isMethodSignature(member)
  const name = isMethod ? oneLine(member.getText()).replace(/;$/, '') : head
  const type = isMethod ? '' : `\`${rest.join(': ')}\``
  return `| \`${cell(name)}\` | ${cell(type)} | ${cell([description, ...ends].join(' '))} |`
}

/** "extends" and the type parameters say more than a reader of a table needs. */
function typeSection(node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration): string {
  const { description } = commentOf(node)
  const head = `### ${node.name.text}\n\n${description}`
  if (ts.isTypeAliasDeclaration(node)) return `${head}\n\n\`${oneLine(node.type.getText())}\``
  const bases = node.heritageClauses?.flatMap(({ types }) =>
    types.map((type) => oneLine(type.getText())),
  )
  const all =
    bases === undefined
      ? ''
      : `\n\nWith all of ${bases.map((base) => `\`${base}\``).join(' and ')}.`
  if (node.members.length === 0) return `${head}${all}`
  const rows = node.members.map(memberRow).join('\n')
  return `${head}${all}\n\n| | type | |\n| --- | --- | --- |\n${rows}`
}

const nameOf = (node: Documented): string =>
  ts.isVariableStatement(node)
    ? (node.declarationList.declarations[0] as ts.VariableDeclaration).name.getText()
    : (node.name?.text ?? '')

function valueSection(node: ts.FunctionDeclaration | ts.VariableStatement): string {
  const { description, tags } = commentOf(node)
  const signature = oneLine(node.getText())
    .replace(/^export declare (function|const) /, '')
    .replace(/;$/, '')
  const throws = tags.flatMap(([name, text]) => (name === 'throws' ? [`Throws: ${text}`] : []))
  return [`### ${nameOf(node)}`, `\`${signature}\``, description, ...throws].join('\n\n')
}

/** The page. Throws where a function is in no topic. */
export function referenceOf(declarations: string): string {
  const source = ts.createSourceFile('index.d.ts', declarations, ts.ScriptTarget.ES2022, true)
  const values: (ts.FunctionDeclaration | ts.VariableStatement)[] = []
  const types: (ts.InterfaceDeclaration | ts.TypeAliasDeclaration)[] = []
  for (const node of source.statements) {
    if (ts.isFunctionDeclaration(node) || ts.isVariableStatement(node)) values.push(node)
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) types.push(node)
  }
  const sections = Object.entries(TOPICS).map(([topic, pattern]) => {
    const own = values.filter((node) => pattern.test(nameOf(node)))
    return [`## ${topic}`, ...own.map(valueSection)].join('\n\n')
  })
  const named = Object.values(TOPICS)
  const lost = values.map(nameOf).filter((name) => !named.some((pattern) => pattern.test(name)))
  if (lost.length > 0) throw new Error(`docs/reference.md has no topic for ${lost.join(', ')}`)
  return (
    [HEAD.trim(), ...sections, '## Types', ...types.map(typeSection), ''].join('\n\n').trimEnd() +
    '\n'
  )
}
