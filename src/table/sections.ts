/** Access to the parts of a packed table: its header, names and processes. */

import { LAYOUT } from '../layout.ts'
import type { SocketProcess } from '../types.ts'

/** Numbers stand in the byte order of the machine; addresses do not. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The header fields of the sections that name things. */
const NAMED = {
  process: ['header.processCount', 'header.processesOffset'],
  interface: ['header.interfaceCount', 'header.interfacesOffset'],
  service: ['header.serviceCount', 'header.servicesOffset'],
} as const

/** The sections of the buffer beside the rows. */
export class Sections {
  readonly words: Uint32Array
  readonly #buffer: ArrayBuffer
  readonly #text = new TextDecoder()

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer
    this.words = new Uint32Array(buffer)
  }

  header(name: keyof typeof LAYOUT & `header.${string}`): number {
    return this.words[LAYOUT[name]] as number
  }

  text(offset: number, length: number): string {
    const start = this.header('header.stringsOffset') + offset
    return this.#text.decode(new Uint8Array(this.#buffer, start, length))
  }

  /** Entries of three words: a number, and the place of a name. */
  #named(section: keyof typeof NAMED): { number: number; name: string | null }[] {
    const [counted, placed] = NAMED[section]
    const count = this.header(counted)
    const offset = this.header(placed)
    return Array.from({ length: count }, (_, index) => {
      const at = offset / 4 + index * 3
      const length = this.words[at + 2] as number
      const name = length === 0 ? null : this.text(this.words[at + 1] as number, length)
      return { number: this.words[at] as number, name }
    })
  }

  processes(): SocketProcess[] {
    return this.#named('process').map(({ number, name }) => ({ pid: number, name }))
  }

  /** The names of network interfaces by number; the number itself where there is no name any more. */
  interfaces(): Map<number, string> {
    return new Map(
      this.#named('interface').map(({ number, name }) => [number, name ?? `${number}`]),
    )
  }

  /** The names of services by the position of the row. */
  services(): Map<number, string | null> {
    return new Map(this.#named('service').map(({ number, name }) => [number, name]))
  }
}
