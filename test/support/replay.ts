/** The parsers alone, run by test/native/replay_main.cc over bytes that a test gives. */

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { binding } from '../../src/binding.ts'
import type { SocketTable } from '../../src/index.ts'
import { decodeTable } from '../../src/table/decode.ts'
import { INCLUDES, type Include } from '../../src/types/index.ts'
import { built } from './build-folder.ts'

const BUILD = fileURLToPath(new URL('../../scripts/build-replay.mjs', import.meta.url))
const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url))

/** The program: as SOCKTABLE_REPLAY names it (under sanitizers), else built at the first use. */
function replayProgram(): string {
  const given = process.env['SOCKTABLE_REPLAY']
  return given ?? built('replay', (program) => execFileSync(process.execPath, [BUILD, program]))
}

function run(args: readonly string[], bytes: Uint8Array | string) {
  const { status, signal, stdout, stderr } = spawnSync(replayProgram(), args, {
    input: bytes,
    maxBuffer: 2 ** 28,
  })
  if (status !== 0)
    throw new Error(`replay ${args.join(' ')}: ${status ?? signal}: ${stderr.toString()}`)
  return { stdout, stderr }
}

export interface Replayed {
  readonly table: SocketTable<Include>
  /** What the parser said beside the rows, by name. */
  readonly outcome: Readonly<Record<string, string>>
}

export function replay(parser: string, bytes: Uint8Array | string): Replayed {
  const { stdout, stderr } = run([parser], bytes)
  const buffer = new ArrayBuffer(stdout.length)
  new Uint8Array(buffer).set(stdout)
  const words = stderr.toString().trim().split(' ')
  return {
    table: decodeTable(buffer, binding().layout, INCLUDES),
    outcome: Object.fromEntries(words.map((word) => word.split('='))) as Record<string, string>,
  }
}

/** Gives every beginning of the bytes to a parser; throws where it misbehaves. */
export function checkBeginnings(parser: string, bytes: Uint8Array | string): void {
  run(['--check', parser], bytes)
}

/** The recorded systems of a kind, by the names of their folders. */
export const recorded = (kind: 'linux' | 'wine' | 'windows'): readonly string[] =>
  readdirSync(FIXTURES).filter((name) => name.startsWith(kind))

export function fixture(system: string, name: string): Buffer {
  return readFileSync(join(FIXTURES, system, name))
}
