/** The sections of a packed table, and the names in them. */

import type { Layout } from '../layout.ts'
import type { SocketProcess } from '../types/index.ts'

/** Numbers stand in the byte order of the machine; addresses do not. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** Records of one kind that follow each other. */
export interface Section {
  readonly count: number
  /** Of the first record, in bytes from the beginning of the buffer. */
  readonly offset: number
  /** Bytes from one record to the next. */
  readonly stride: number
}

const NOTHING: Section = { count: 0, offset: 0, stride: 0 }

/** A packed table by its directory. Sections that this version does not know are passed over. */
export class Sections {
  readonly buffer: ArrayBuffer
  readonly layout: Layout
  readonly words: Uint32Array
  readonly #directory = new Map<number, Section>()
  readonly #strings: Section
  readonly #text = new TextDecoder()

  constructor(buffer: ArrayBuffer, layout: Layout) {
    this.buffer = buffer
    this.layout = layout
    this.words = new Uint32Array(buffer)
    const { header, entry } = layout
    const count = this.word(header.sections)
    for (let index = 0; index < count; index++) {
      const at = header.size + index * entry.size
      this.#directory.set(this.word(at + entry.section), {
        count: this.word(at + entry.count),
        offset: this.word(at + entry.offset),
        stride: this.word(at + entry.stride),
      })
    }
    this.#strings = this.section('strings')
  }

  /** The word at a place in bytes. */
  word(byte: number): number {
    return this.words[byte >>> 2] as number
  }

  section(name: keyof Layout['section']): Section {
    return this.#directory.get(this.layout.section[name]) ?? NOTHING
  }

  /** The text that a pair of words at a place stands for; null for the empty one. */
  text(byte: number): string | null {
    const { text } = this.layout
    const length = this.word(byte + text.length)
    if (length === 0) return null
    const start = this.#strings.offset + this.word(byte + text.offset)
    return this.#text.decode(new Uint8Array(this.buffer, start, length))
  }

  /** Calls `each` with the place of each record of a section. */
  #map<Item>(name: keyof Layout['section'], each: (byte: number) => Item): Item[] {
    const { count, offset, stride } = this.section(name)
    return Array.from({ length: count }, (_, index) => each(offset + index * stride))
  }

  processes(): SocketProcess[] {
    const { process } = this.layout
    return this.#map('processes', (byte) => ({
      pid: this.word(byte + process.pid),
      name: this.text(byte + process.name),
    }))
  }

  /** The names of network interfaces by number; the number itself where there is no name any more. */
  interfaces(): Map<number, string> {
    const { index, name } = this.layout.interface
    return new Map(
      this.#map('interfaces', (byte) => {
        const number = this.word(byte + index)
        return [number, this.text(byte + name) ?? String(number)]
      }),
    )
  }

  /** The names of services by the position of the row. */
  services(): Map<number, string | null> {
    const { row, name } = this.layout.service
    return new Map(this.#map('services', (byte) => [this.word(byte + row), this.text(byte + name)]))
  }
}
