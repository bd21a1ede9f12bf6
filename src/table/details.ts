/** The fields of the group `details`. */

import type { Sections } from './sections.ts'

/** Reads the details of a row by its position. */
export class DetailsReader {
  readonly #words: Uint32Array
  readonly #bytes: Uint8Array
  readonly #offset: number
  readonly #stride: number
  readonly #places: Sections['layout']['details']
  readonly #flags: Sections['layout']['detailsFlag']

  constructor(sections: Sections) {
    const { offset, stride } = sections.section('details')
    this.#words = sections.words
    this.#bytes = new Uint8Array(sections.buffer)
    this.#offset = offset
    this.#stride = stride
    this.#places = sections.layout.details
    this.#flags = sections.layout.detailsFlag
  }

  uid(row: number): number | null {
    return this.#field(row, this.#flags.user, this.#places.uid)
  }

  receiveQueue(row: number): number | null {
    return this.#field(row, this.#flags.queues, this.#places.receiveQueue)
  }

  sendQueue(row: number): number | null {
    return this.#field(row, this.#flags.queues, this.#places.sendQueue)
  }

  backlog(row: number): number | null {
    return this.#field(row, this.#flags.backlog, this.#places.backlog)
  }

  lastPid(row: number): number | null {
    const pid = this.#words[(this.#offset + row * this.#stride + this.#places.lastPid) >>> 2]
    return pid === 0 ? null : (pid as number)
  }

  /** The word at a place of the record, where a flag says that it is known. */
  #field(row: number, flag: number, place: number): number | null {
    const record = this.#offset + row * this.#stride
    if (((this.#bytes[record + this.#places.known] as number) & flag) === 0) return null
    return this.#words[(record + place) >>> 2] as number
  }
}

/** Milliseconds since 1970 of a FILETIME: 100 ns since 1601. */
export function fromFileTime(high: number, low: number): number {
  return Number(((BigInt(high) << 32n) | BigInt(low)) / 10_000n) - 11_644_473_600_000
}
