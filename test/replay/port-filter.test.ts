import { expect, test } from 'vitest'
import type { PortFilter } from '../../src/index.ts'
import { encodeQuery } from '../../src/table/options.ts'
import { replay } from '../support/replay.ts'

// Operations of the kernel's filter (include/uapi/linux/inet_diag.h).
const JUMP = 1
const SOURCE_GE = 2
const SOURCE_LE = 3
const DESTINATION_GE = 4
const DESTINATION_LE = 5

interface Operation {
  readonly code: number
  readonly yes: number
  readonly no: number
}

function compile(localPort: readonly PortFilter[], remotePort: readonly PortFilter[]): Operation[] {
  const { encoded: words } = encodeQuery({
    ...(localPort.length > 0 && { localPort }),
    ...(remotePort.length > 0 && { remotePort }),
  })
  const { filter = '' } = replay('query', new Uint8Array(words.buffer)).outcome
  const bytes = Buffer.from(filter, 'hex')
  return Array.from({ length: bytes.length / 4 }, (_, index) => ({
    code: bytes.readUInt8(index * 4),
    yes: bytes.readUInt8(index * 4 + 1),
    no: bytes.readUInt16LE(index * 4 + 2),
  }))
}

/** Runs a program as inet_diag_bc_run of net/ipv4/inet_diag.c does. */
function accepts(program: readonly Operation[], source: number, destination: number): boolean {
  let left = program.length * 4
  while (left > 0) {
    const at = program.length - left / 4
    const operation = program[at] as Operation
    const port = program[at + 1]?.no as number
    let yes: boolean
    switch (operation.code) {
      case JUMP:
        yes = false
        break
      case SOURCE_GE:
        yes = source >= port
        break
      case SOURCE_LE:
        yes = source <= port
        break
      case DESTINATION_GE:
        yes = destination >= port
        break
      case DESTINATION_LE:
        yes = destination <= port
        break
      default:
        throw new Error(`operation ${operation.code}`)
    }
    left -= yes ? operation.yes : operation.no
  }
  return left === 0
}

/** What inet_diag_bc_audit of the same file demands before it takes a program. */
function audit(program: readonly Operation[]): void {
  const size = program.length * 4
  const starts = new Set<number>()
  for (let at = 0; at < size; at += (program[at / 4] as Operation).yes) starts.add(at)
  for (const at of starts) {
    const { code, yes, no } = program[at / 4] as Operation
    const least = code === JUMP ? 4 : 8
    const left = size - at
    expect([no % 4, yes % 4]).toEqual([0, 0])
    expect(no).toBeGreaterThanOrEqual(least)
    expect(yes).toBeGreaterThanOrEqual(least)
    expect(no).toBeLessThanOrEqual(left + 4)
    expect(yes).toBeLessThanOrEqual(left)
    if (no < left) expect(starts.has(at + no)).toBe(true)
  }
}

// The same numbers in every run: a failure can be looked at again.
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('programs accept the ports asked for and no others', () => {
  const pick = random(42)
  const range = (): PortFilter => {
    const from = pick(65_536)
    return pick(3) === 0 ? from : { from, to: from + pick(65_536 - from) }
  }
  const holds = (filter: PortFilter, port: number): boolean =>
    typeof filter === 'number' ? filter === port : port >= filter.from && port <= filter.to
  const passes = (filters: readonly PortFilter[], port: number): boolean =>
    filters.length === 0 || filters.some((filter) => holds(filter, port))

  for (let round = 0; round < 60; round++) {
    const local = Array.from({ length: pick(16) }, range)
    const remote = Array.from({ length: pick(15) }, range)
    const program = compile(local, remote)
    audit(program)
    const edges = [...local, ...remote].flatMap((filter) => {
      const { from, to } = typeof filter === 'number' ? { from: filter, to: filter } : filter
      return [from - 1, from, to, to + 1]
    })
    for (let sample = 0; sample < 200; sample++) {
      const choose = () =>
        edges.length > 0 && pick(2) ? (edges[pick(edges.length)] as number) : pick(65_536)
      const [source, destination] = [choose() & 0xffff, choose() & 0xffff]
      const expected = passes(local, source) && passes(remote, destination)
      expect(accepts(program, source, destination), JSON.stringify({ local, remote })).toBe(
        expected,
      )
    }
  }
})

test('without ports, and with too many, the kernel is asked for no filter', () => {
  expect(compile([], [])).toEqual([])
  expect(compile(Array<number>(31).fill(80), [])).toEqual([])
})
