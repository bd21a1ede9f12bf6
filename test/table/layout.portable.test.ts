import { expect, test } from 'vitest'
import { binding } from '../../src/binding.ts'
import { arrangeLayout, layoutDifferences } from '../../src/layout.ts'

const { layout } = binding()
/** The numbers as the addon exports them: "group.name". */
const exported: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(layout).flatMap(([group, members]) =>
    Object.entries(members).map(([name, number]) => [`${group}.${name}`, number]),
  ),
)

test('the layout has a number for each name', () => {
  expect(layoutDifferences(exported)).toEqual([])
  expect(arrangeLayout(exported)).toEqual(layout)
  for (const [name, number] of Object.entries(exported)) expect(number, name).toBeTypeOf('number')
})

test('layoutDifferences names what one side has and the other lacks', () => {
  expect(layoutDifferences({ ...exported, 'row.color': 1 })).toEqual(['row.color'])
  const { 'state.LISTEN': _, ...less } = exported
  expect(layoutDifferences(less)).toEqual(['state.LISTEN'])
  expect(layoutDifferences({ ...exported, 'row.size': 'eighty' })).toEqual(['row.size'])
})

test('no two values of a group have the same number', () => {
  for (const [group, members] of Object.entries(layout)) {
    const numbers = Object.entries<number>(members)
      .filter(([name]) => name !== 'size' && name !== 'noDescriptor' && name !== 'noProcess')
      .map(([, number]) => number)
    expect(new Set(numbers).size, group).toBe(numbers.length)
  }
})

test.each([
  ['no words', []],
  ['another version', [99]],
  ['too few words', [layout.schema.version, 3]],
  ['owners of no such number', [layout.schema.version, 3, 3, 1, 1, 9, 0, 0]],
  ['a source of no such number', [layout.schema.version, 3, 3, 1, 1, 0, 0, 99]],
  ['a list that is cut off', [layout.schema.version, 3, 3, 1, 1, 0, 0, 0, 0, 5, 1]],
])('a query is refused: %s', (_, words) => {
  expect(() => binding().readSync(Uint32Array.from(words), () => null)).toThrow('not a query')
})
