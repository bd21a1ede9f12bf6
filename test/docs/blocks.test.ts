/**
 * Runs every block of code in README.md and docs/. What their output is now goes into the pages by
 * "node scripts/test.mjs test/docs -u".
 */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { needs } from '../support/requirements.ts'
import { type Block, blocksOf, withText } from './markdown.ts'
import { NOT_RUN } from './not-run.ts'
import { PAGES, readPage } from './pages.ts'
import { type Setting, commandsOf, inBash, settingOf } from './plays.ts'
import { steady } from './volatile.ts'
import { type Program, compile, isProgram } from './programs.ts'
import {
  type Command,
  type Ran,
  canMakeNamespaces,
  makeProject,
  perform,
  removeProject,
  root,
} from './stage.ts'

const canStage = needs(canMakeNamespaces, 'network and PID namespaces')
if (!existsSync(join(root, 'dist', 'index.d.ts'))) throw new Error('run "npm run build:ts" first')

const project = makeProject()
afterAll(() => {
  removeProject(project)
})

/** Runs commands in the setting of a block, and checks how they and its servers end. */
async function play(setting: Setting, commands: readonly Command[]): Promise<readonly Ran[]> {
  const { servers, clients, exits, ends } = setting
  const { ran, ended } = await perform(project, { servers, clients, commands })
  for (const [index, { code, output }] of ran.entries()) {
    const words = commands[index]?.arguments.at(-1)
    expect(code, `the exit code of ${words}, which printed ${output}`).toBe(
      exits[index] ?? exits.at(-1),
    )
  }
  expect(ended, 'the servers that it ended').toEqual(ends)
  return ran
}

/** The text of a "console" block with what its commands print now. */
async function replayed(block: Block): Promise<string> {
  const commands = commandsOf(block)
  const ran = await play(settingOf(block), commands.map(inBash))
  const shown = ran.map(({ output }, index) => `$ ${commands[index]}\n${output}`)
  return shown.join('')
}

describe.concurrent.each(PAGES)('%s', (page) => {
  const text = readPage(page)
  const blocks = blocksOf(text)
  const run = blocks.filter((block) => settingOf(block).notRun === null)
  const prefix = page.replaceAll(/\W/g, '-')
  const programs = compile(project, run.filter(isProgram), prefix)
  const outcomes = new Map<Program, Promise<Ran>>()
  /** How a program ran, the first time that it was asked for. */
  const outcome = (program: Program): Promise<Ran> => {
    const { block, path } = program
    const known = outcomes.get(program)
    if (known !== undefined) return known
    const command = { program: process.execPath, arguments: [path] }
    const ran = play(settingOf(block), [command]).then(([only]) => only as Ran)
    outcomes.set(program, ran)
    return ran
  }

  test('has blocks in known languages alone', () => {
    for (const [index, block] of blocks.entries()) {
      const { notRun, isOutput } = settingOf(block)
      const what = `line ${block.line}, ${block.language}`
      if (notRun !== null) expect(Object.keys(NOT_RUN), what).toContain(notRun)
      else if (block.language === 'text') {
        expect(isOutput, what).toBe(true)
        expect(isProgram(blocks[index - 1] as Block), what).toBe(true)
      } else if (!isProgram(block)) expect(['console', 'sh'], what).toContain(block.language)
    }
  })

  for (const program of programs) {
    const { block, errors } = program
    test(`compiles the program in line ${block.line}`, () => {
      expect(errors).toEqual([])
    })

    test.runIf(canStage)(`runs the program in line ${block.line}`, async () => {
      const { stderr } = await outcome(program)
      const next = blocks[blocks.indexOf(block) + 1]
      if (next?.language !== 'text') expect(stderr).toBe('')
    })
  }

  for (const block of run.filter(({ language }) => language === 'sh')) {
    test.runIf(canStage)(`runs the commands in line ${block.line}`, async () => {
      await play(settingOf(block), [inBash(block.text)])
    })
  }

  const shows = run.filter(({ language }) => language === 'console' || language === 'text')
  if (shows.length === 0) return
  test.runIf(canStage)('shows what its commands print', async ({ expect }) => {
    let now = text
    // From the last one up, so that the lines of those before stay as they are.
    for (const block of shows.toReversed()) {
      const before = blocks[blocks.indexOf(block) - 1]
      const program = programs.find((each) => block.language === 'text' && each.block === before)
      const output = program ? (await outcome(program)).output : await replayed(block)
      now = withText(now, block, steady(output))
    }
    await expect(now).toMatchFileSnapshot(join(root, page))
  })
})

test('every block that is not run is in a page', () => {
  const named = PAGES.flatMap((page) =>
    blocksOf(readPage(page)).map((block) => settingOf(block).notRun),
  )
  expect(named.filter((name) => name !== null).sort()).toEqual(Object.keys(NOT_RUN).sort())
})
