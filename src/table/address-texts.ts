/** The texts of the addresses in a packed table. */

import { formatIPv4, formatIPv6, isLinkLocal } from './address.ts'
import { LITTLE_ENDIAN } from './sections.ts'

/** A word of an address, which is in network order, as the number that it stands for. */
function swap(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}

/** Makes the text of each address once: a table of many rows has few addresses. */
export class AddressTexts {
  readonly #words: Uint32Array
  readonly #ipv4 = new Map<number, string>()
  readonly #ipv6 = new Map<
    number,
    { words: readonly [number, number, number, number]; text: string }[]
  >()

  constructor(words: Uint32Array) {
    this.#words = words
  }

  /** The address whose bytes begin at a word of the buffer. */
  ipv4(at: number): string {
    const word = (this.#words[at] as number) | 0 // small integers make faster keys
    const known = this.#ipv4.get(word)
    if (known !== undefined) return known
    const text = formatIPv4(LITTLE_ENDIAN ? swap(word) : word)
    this.#ipv4.set(word, text)
    return text
  }

  ipv6(at: number): string {
    const w0 = this.#words[at] as number
    const w1 = this.#words[at + 1] as number
    const w2 = this.#words[at + 2] as number
    const w3 = this.#words[at + 3] as number
    const hash = w0 ^ Math.imul(w1, 31) ^ Math.imul(w2, 961) ^ w3
    const bucket = this.#ipv6.get(hash)
    if (bucket !== undefined) {
      for (const { words, text } of bucket) {
        if (words[3] === w3 && words[2] === w2 && words[1] === w1 && words[0] === w0) return text
      }
    }
    const big = (word: number) => (LITTLE_ENDIAN ? swap(word) : word) >>> 0
    const text = formatIPv6([big(w0), big(w1), big(w2), big(w3)])
    const entry = { words: [w0, w1, w2, w3] as const, text }
    if (bucket === undefined) this.#ipv6.set(hash, [entry])
    else bucket.push(entry)
    return text
  }

  isLinkLocal(at: number): boolean {
    const word = this.#words[at] as number
    return isLinkLocal(LITTLE_ENDIAN ? swap(word) : word)
  }
}
