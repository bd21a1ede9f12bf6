/** Processes as an indented tree, in ASCII, which every code page of a console has. */

import type { ProcessNode, ProcessTree } from '../../index.ts'
import { nameOf } from './process.ts'

function below(node: ProcessNode, indent: string): string[] {
  return node.children.flatMap((child, index) => {
    const isLast = index === node.children.length - 1
    return [
      `${indent}${isLast ? '\\-' : '|-'} ${nameOf(child)}`,
      ...below(child, `${indent}${isLast ? '   ' : '|  '}`),
    ]
  })
}

/** From the oldest ancestor down; the process that was asked for is marked. */
export function formatTree({ ancestors, process }: ProcessTree): string {
  const lines: string[] = []
  let indent = ''
  for (const ancestor of [...ancestors].reverse()) {
    lines.push(`${indent}${indent === '' ? '' : '\\- '}${nameOf(ancestor)}`)
    indent += indent === '' ? ' ' : '   '
  }
  lines.push(`${indent}${indent === '' ? '' : '\\- '}${nameOf(process)}  <--`)
  lines.push(...below(process, indent === '' ? ' ' : `${indent}   `))
  return lines.map((line) => `${line}\n`).join('')
}
