/** Processes as an indented tree, in ASCII, which every code page of a console has. */

import type { ProcessNode, ProcessRecord, ProcessTree } from '../../index.ts'
import { harmless } from './text.ts'

const label = ({ pid, name }: ProcessRecord): string =>
  `${pid} ${name === null ? '-' : harmless(name)}`

function below(node: ProcessNode, indent: string): string[] {
  return node.children.flatMap((child, index) => {
    const isLast = index === node.children.length - 1
    return [
      `${indent}${isLast ? '\\-' : '|-'} ${label(child)}`,
      ...below(child, `${indent}${isLast ? '   ' : '|  '}`),
    ]
  })
}

/** From the oldest ancestor down; what was asked for is marked. */
export function formatTree({ ancestors, process }: ProcessTree): string {
  const lines: string[] = []
  let indent = ''
  for (const ancestor of [...ancestors].reverse()) {
    lines.push(`${indent}${indent === '' ? '' : '\\- '}${label(ancestor)}`)
    indent += indent === '' ? ' ' : '   '
  }
  lines.push(`${indent}${indent === '' ? '' : '\\- '}${label(process)}  <--`)
  lines.push(...below(process, indent === '' ? ' ' : `${indent}   `))
  return lines.map((line) => `${line}\n`).join('')
}
