/** Addresses as text: bytes in network order to what Node prints (RFC 5952). */

/** The text of an IPv4 address given as its big-endian number. */
export function formatIPv4(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`
}

/** The text of an IPv6 address given as four big-endian words. */
export function formatIPv6(words: readonly [number, number, number, number]): string {
  const [w0, w1, w2, w3] = words
  // Section 5: addresses known to hold an IPv4 address show it. Node does so for mapped ones.
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return `::ffff:${formatIPv4(w3)}`
  const groups = [w0, w1, w2, w3].flatMap((word) => [word >>> 16, word & 0xffff])

  // Section 4.2: the longest run of zero groups becomes "::", the first of equal ones, never one alone.
  let best = { start: 0, length: 1 }
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (end < groups.length && groups[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
    if (end > start) start = end
  }
  const text = (part: readonly number[]): string =>
    part.map((group) => group.toString(16)).join(':')
  if (best.length === 1) return text(groups)
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`
}

/** True for fe80::/10, the addresses that mean nothing without their interface. */
export function isLinkLocal(firstWord: number): boolean {
  return firstWord >>> 22 === 0xfe80 >>> 6
}

/** True for the addresses that stand for all of a machine's own. */
export const isWildcard = (address: string): boolean =>
  address === '::' || address === '0.0.0.0' || address === '::ffff:0.0.0.0'
