/** What a block of the documentation needs around it, and what it has to do, from its comment. Pure. */

import type { Block } from './markdown.ts'
import type { Actor, Command } from './stage.ts'

/** What the comment in front of a block says. */
export interface Setting {
  readonly servers: readonly Actor[]
  readonly clients: readonly Actor[]
  /** The exit code of each command; those behind the last end like that one. */
  readonly exits: readonly number[]
  /** The ports of the servers that it ends. */
  readonly ends: readonly number[]
  /** The name in NOT_RUN, where it is not run. */
  readonly notRun: string | null
  /** Whether it is the output of the program in front of it. */
  readonly isOutput: boolean
}

const ACTOR = /^(server|client)( udp)? (?:([\d.]+):)?(\d+)(?: (\S+))?$/

/** Reads the directives of a block. Throws at one that it does not know. */
export function settingOf({ line, directives }: Block): Setting {
  const actors = { server: [] as Actor[], client: [] as Actor[] }
  let exits = [0]
  let ends: readonly number[] = []
  let notRun: string | null = null
  let isOutput = false
  for (const directive of directives) {
    const [word, ...rest] = directive.split(' ')
    const actor = ACTOR.exec(directive)
    if (actor !== null) {
      const [, kind, udp, host, port, name = 'node'] = actor
      const protocol = udp === undefined ? 'tcp' : 'udp'
      const at = { name, protocol, port: Number(port) } as const
      actors[kind as 'server' | 'client'].push(host === undefined ? at : { ...at, host })
    } else if (word === 'exit' && rest.length > 0) exits = rest.map(Number)
    else if (word === 'ends' && rest.length > 0) ends = rest.map(Number)
    else if (directive.startsWith('not run: ')) notRun = directive.slice('not run: '.length)
    else if (directive === 'output') isOutput = true
    else throw new Error(`line ${line}: the tests know no directive "${directive}"`)
  }
  return { servers: actors.server, clients: actors.client, exits, ends, notRun, isOutput }
}

/** The commands of a block in the language "console": the lines behind "$ ". */
export function commandsOf({ line, text }: Block): string[] {
  if (!text.startsWith('$ ')) throw new Error(`the block in line ${line} begins with no command`)
  return Array.from(text.matchAll(/^\$ (.*)$/gm), (match) => match[1] as string)
}

export const inBash = (script: string): Command => ({
  program: 'bash',
  arguments: ['-euo', 'pipefail', '-c', script],
})
