import { describe, expect, test } from 'vitest'
import { type ProcessRecord, processTree, processTreeSync } from '../../src/index.ts'
import { formatTree } from '../../src/cli/print/tree.ts'
import { treeIn } from '../../src/processes/tree.ts'
import { otherServer } from '../support/holders.ts'

const record = (pid: number, parentPid: number | null, startTime = String(pid)): ProcessRecord => ({
  pid,
  parentPid,
  startTime,
  startedAt: 0,
  name: `p${pid}`,
})

describe('of real processes', () => {
  test('what started it, and what it started', async () => {
    const { pid, children } = await otherServer(['--idle', '--children', '2'])
    const tree = await processTree(pid)
    expect(tree?.ancestors[0]).toMatchObject({ pid: process.pid, parentPid: process.ppid })
    expect(tree?.ancestors.at(-1)).toMatchObject({ pid: 1, parentPid: null })
    expect(tree?.process).toMatchObject({ pid, parentPid: process.pid })
    expect(tree?.process.children.map((child) => child.pid).sort()).toEqual([...children].sort())
    expect(processTreeSync(pid)).toEqual(tree)
  })

  test('null where there is no such process', async () => {
    expect(await processTree(2 ** 31 - 1)).toBeNull()
    await expect(processTree(0)).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
    expect(() => processTreeSync('1' as unknown as number)).toThrow(TypeError)
  })
})

describe('of a list', () => {
  const list = [record(1, null), record(9, 5), record(5, 1), record(7, 5), record(8, 7)]

  test('children by age, whatever the order of the list', () => {
    const { ancestors, process } = treeIn(list, 5) ?? { ancestors: [], process: null }
    expect(ancestors.map(({ pid }) => pid)).toEqual([1])
    expect(process?.children.map(({ pid }) => pid)).toEqual([7, 9])
    expect(process?.children[0]?.children.map(({ pid }) => pid)).toEqual([8])
  })

  test('start times are compared as numbers, however large', () => {
    const large = [record(1, null), record(2, 1, '133000000000000002'), record(3, 1, '99')]
    const children = treeIn(large, 1)?.process.children
    expect(children?.map(({ pid }) => pid)).toEqual([3, 2])
  })

  test('a list that was read while numbers came round makes no circle', () => {
    const circle = [record(2, 3), record(3, 2), record(4, 4)]
    expect(treeIn(circle, 2)?.ancestors.map(({ pid }) => pid)).toEqual([3])
    expect(treeIn(circle, 2)?.process.children.map(({ children }) => children)).toEqual([[]])
    expect(treeIn(circle, 4)).toMatchObject({ ancestors: [], process: { children: [] } })
  })

  test('as text', () => {
    const tree = treeIn(list, 5)
    if (tree === null) throw new Error('5 is in the list')
    expect(formatTree(tree)).toBe(
      ['1 p1', ' \\- 5 p5  <--', '    |- 7 p7', '    |  \\- 8 p8', '    \\- 9 p9', ''].join('\n'),
    )
    const orphan = treeIn([record(5, null), record(6, 5)], 5)
    if (orphan === null) throw new Error('5 is in the list')
    expect(formatTree(orphan)).toBe('5 p5  <--\n \\- 6 p6\n')
  })
})
