/** Ranges of ports. Pure. */

import type { PortRange } from '../validate.ts'

/** All ports of some ranges, each once, in their order. */
export function portsOf(ranges: readonly PortRange[]): number[] {
  // next[port] leads to the first port from there on that is not in the result yet, so that many
  // overlapping ranges cost no more than one.
  const next = new Uint32Array(65_537)
  for (let port = 0; port < next.length; port++) next[port] = port
  const firstFrom = (port: number): number => {
    let first = port
    while (next[first] !== first) first = next[first] as number
    for (let at = port; at !== first;) {
      const after = next[at] as number
      next[at] = first
      at = after
    }
    return first
  }
  const ports: number[] = []
  for (const { from, to } of ranges) {
    for (let port = firstFrom(from); port <= to; port = firstFrom(port)) {
      ports.push(port)
      next[port] = port + 1
    }
  }
  return ports
}

export function inRanges(port: number, ranges: readonly PortRange[]): boolean {
  return ranges.some(({ from, to }) => port >= from && port <= to)
}
