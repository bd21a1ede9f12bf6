import { expect, test } from 'vitest'
import { binding } from '../../src/binding.ts'
import {
  LAYOUT,
  OWNER_UNKNOWN_BY_NUMBER,
  STATE_BY_NUMBER,
  layoutDifferences,
} from '../../src/layout.ts'
import { TCP_STATES } from '../../src/index.ts'

test('the addon and its twin agree in every constant', () => {
  expect(binding().layout).toEqual(LAYOUT)
  expect(layoutDifferences(binding().layout)).toEqual([])
})

test('a difference is named, whichever side has it', () => {
  expect(layoutDifferences({ ...LAYOUT, version: 99 })).toEqual(['version'])
  expect(layoutDifferences({ ...LAYOUT, 'row.color': 1 })).toEqual(['row.color'])
  const less = Object.fromEntries(Object.entries(LAYOUT).filter(([name]) => name !== 'magic'))
  expect(layoutDifferences(less)).toEqual(['magic'])
})

test('every state has its number', () => {
  expect(STATE_BY_NUMBER).toHaveLength(LAYOUT.states)
  expect(STATE_BY_NUMBER.slice(1)).toEqual(TCP_STATES)
  expect(OWNER_UNKNOWN_BY_NUMBER[0]).toBeNull()
})

test('words that are not a query are refused', () => {
  for (const words of [[], [99], [LAYOUT.query, 3], [LAYOUT.query, 3, 3, 1, 1, 9, 0, 0, 0, 0, 0]]) {
    expect(() => binding().readSync(Uint32Array.from(words), () => null)).toThrow('not a query')
  }
})
