import { expect, test } from 'vitest'
import { ALL_FIELDS, fieldsFor } from '../../src/cli/query.ts'
import { SUBCOMMANDS } from '../../src/cli/subcommands.ts'

const OF_WINDOWS = process.platform === 'win32' ? ['service'] : []

test('the command asks the library for the fields that its columns show', () => {
  expect(fieldsFor('table')).toEqual(['names', 'details', ...OF_WINDOWS])
  // A socket with a peer has none of the details that a column shows.
  expect(fieldsFor('table', 'connected')).toEqual(['names', ...OF_WINDOWS])
})

test.each(['json', 'csv'] as const)('%s has all fields, whatever is selected', (format) => {
  expect(fieldsFor(format, 'connected')).toEqual(ALL_FIELDS)
})

test.each(Object.keys(SUBCOMMANDS))(
  'no two options of socktable %s share a letter',
  async (name) => {
    const { help } = (await SUBCOMMANDS[name]?.load()) ?? {}
    const letters = Object.values(help?.options ?? {}).flatMap(({ short }) => short ?? [])
    const all = [...letters, 'h', 'V']
    expect(new Set(all).size).toBe(all.length)
  },
)
