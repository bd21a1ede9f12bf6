/** Turns the packed table that the addon hands over into rows. Pure: it reads nothing but the buffer. */

import { debuglog } from 'node:util'
import { errorCode } from '../errors.ts'
import { LAYOUT, OWNER_UNKNOWN_BY_NUMBER, STATE_BY_NUMBER } from '../layout.ts'
import type { Fallback, Missing, SocketProcess, SocketRow, SocketTable } from '../types.ts'
import { formatIPv4, formatIPv6, isLinkLocal } from './address.ts'

const debug = debuglog('socktable')

const NONE: readonly number[] = Object.freeze([])
const ROW_WORDS = LAYOUT['row.size'] / 4
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

// Fields of a row by their position in words, half words and bytes.
const LOCAL = LAYOUT['row.localAddress'] / 4
const REMOTE = LAYOUT['row.remoteAddress'] / 4
const INODE_LOW = LAYOUT['row.inode'] / 4 + (LITTLE_ENDIAN ? 0 : 1)
const INODE_HIGH = LAYOUT['row.inode'] / 4 + (LITTLE_ENDIAN ? 1 : 0)
const UID = LAYOUT['row.uid'] / 4
const INTERFACE = LAYOUT['row.interface'] / 4
const RECEIVE_QUEUE = LAYOUT['row.receiveQueue'] / 4
const SEND_QUEUE = LAYOUT['row.sendQueue'] / 4
const OWNER_START = LAYOUT['row.ownerStart'] / 4
const OWNER_COUNT = LAYOUT['row.ownerCount'] / 4
const LOCAL_PORT = LAYOUT['row.localPort'] / 2
const REMOTE_PORT = LAYOUT['row.remotePort'] / 2
const PROTOCOL = LAYOUT['row.protocol']
const STATE = LAYOUT['row.state']
const FLAGS = LAYOUT['row.flags']
const OWNER_UNKNOWN = LAYOUT['row.ownerUnknown']
const HIDDEN = OWNER_UNKNOWN_BY_NUMBER.indexOf('permission')
const LISTEN = STATE_BY_NUMBER.indexOf('LISTEN')

function swap(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}

/** Makes the text of each address once: a table of many rows has few addresses. */
class AddressTexts {
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
    const word = this.#words[at] as number
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

/** The sections of the buffer beside the rows. */
class Sections {
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
  #named(section: 'process' | 'interface'): { number: number; name: string | null }[] {
    const count = this.header(
      section === 'process' ? 'header.processCount' : 'header.interfaceCount',
    )
    const offset = this.header(
      section === 'process' ? 'header.processesOffset' : 'header.interfacesOffset',
    )
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
}

function decodeRows(
  buffer: ArrayBuffer,
  sections: Sections,
  processes: readonly SocketProcess[],
): SocketRow[] {
  const { words } = sections
  const halves = new Uint16Array(buffer)
  const bytes = new Uint8Array(buffer)
  const rowCount = sections.header('header.rowCount')
  const rowsOffset = sections.header('header.rowsOffset')
  const ownersWord = sections.header('header.ownersOffset') / 4
  const addresses = new AddressTexts(words)

  // Rows of one process share these arrays; they are frozen so that nobody changes another's.
  const pidLists = processes.map(({ pid }) => Object.freeze([pid]))
  const fdLists: (readonly number[])[] = []
  const interfaces = sections.interfaces()

  const rows: SocketRow[] = new Array(rowCount)
  for (let index = 0; index < rowCount; index++) {
    const byte = rowsOffset + index * LAYOUT['row.size']
    const word = rowsOffset / 4 + index * ROW_WORDS
    const half = word * 2
    const flags = bytes[byte + FLAGS] as number
    const ipv6 = (flags & LAYOUT['flag.ipv6']) !== 0
    const peer = (flags & LAYOUT['flag.peer']) !== 0
    const state = bytes[byte + STATE] as number

    let localAddress = ipv6 ? addresses.ipv6(word + LOCAL) : addresses.ipv4(word + LOCAL)
    let remoteAddress: string | null = null
    if (peer) remoteAddress = ipv6 ? addresses.ipv6(word + REMOTE) : addresses.ipv4(word + REMOTE)
    let device: string | null = null
    const deviceNumber = words[word + INTERFACE] as number
    if (deviceNumber !== 0) {
      device = interfaces.get(deviceNumber) ?? String(deviceNumber)
      if (ipv6) {
        if (addresses.isLinkLocal(word + LOCAL)) localAddress += `%${device}`
        if (peer && addresses.isLinkLocal(word + REMOTE)) remoteAddress += `%${device}`
      }
    }

    let pid: number | null = null
    let pids = NONE
    let fd: number | null = null
    let fds = NONE
    let processName: string | null = null
    const ownerCount = words[word + OWNER_COUNT] as number
    if (ownerCount > 0) {
      const at = ownersWord + (words[word + OWNER_START] as number) * 2
      const process = words[at] as number
      pid = (processes[process] as SocketProcess).pid
      processName = (processes[process] as SocketProcess).name
      fd = words[at + 1] as number
      if (ownerCount === 1) {
        pids = pidLists[process] as readonly number[]
        fds = fdLists[fd] ??= Object.freeze([fd])
      } else {
        const holders = words.subarray(at, at + ownerCount * 2)
        const nth = (_: unknown, number: number) => number * 2
        const entries = Array.from({ length: ownerCount }, nth)
        pids = Object.freeze(
          entries.map((entry) => (processes[holders[entry] as number] as SocketProcess).pid),
        )
        fds = Object.freeze(entries.map((entry) => holders[entry + 1] as number))
      }
    }

    const inode =
      (words[word + INODE_HIGH] as number) * 2 ** 32 + (words[word + INODE_LOW] as number)
    const v6OnlyKnown = (flags & LAYOUT['flag.v6OnlyKnown']) !== 0
    const sendQueue = words[word + SEND_QUEUE] as number
    const listens = state === LISTEN
    rows[index] = {
      protocol: bytes[byte + PROTOCOL] === 0 ? 'tcp' : 'udp',
      family: ipv6 ? 'IPv6' : 'IPv4',
      localAddress,
      localPort: halves[half + LOCAL_PORT] as number,
      remoteAddress,
      remotePort: peer ? (halves[half + REMOTE_PORT] as number) : null,
      state: STATE_BY_NUMBER[state] ?? null,
      pid,
      pids,
      fd,
      fds,
      processName,
      ownerUnknown: OWNER_UNKNOWN_BY_NUMBER[bytes[byte + OWNER_UNKNOWN] as number] ?? null,
      uid: inode === 0 ? null : (words[word + UID] as number),
      inode: inode === 0 ? null : inode,
      receiveQueue: words[word + RECEIVE_QUEUE] as number,
      sendQueue: listens ? 0 : sendQueue,
      backlog: listens && (flags & LAYOUT['flag.backlogKnown']) !== 0 ? sendQueue : null,
      dualStack:
        v6OnlyKnown && !peer
          ? (flags & LAYOUT['flag.v6Only']) === 0 && localAddress === '::'
          : null,
      interface: device,
    }
  }
  return rows
}

function decodeSource(sources: number): SocketTable['source'] {
  if (sources === LAYOUT['report.fromProcfs']) return 'procfs'
  if (sources === (LAYOUT['report.fromProcfs'] | LAYOUT['report.fromSockDiag'])) return 'mixed'
  return 'sock_diag'
}

function decodeFallback(sections: Sections): Fallback | null {
  const errno = sections.header('header.fallbackCode')
  if (errno === 0) return null
  const syscall = sections.text(
    sections.header('header.fallbackCallOffset'),
    sections.header('header.fallbackCallLength'),
  )
  return { code: errorCode(errno), syscall }
}

function countHidden(buffer: ArrayBuffer, rowCount: number, rowsOffset: number): number {
  const bytes = new Uint8Array(buffer)
  let hidden = 0
  for (let index = 0; index < rowCount; index++) {
    if (bytes[rowsOffset + index * LAYOUT['row.size'] + OWNER_UNKNOWN] === HIDDEN) hidden++
  }
  return hidden
}

/** Decodes a packed table. */
export function decodeTable(buffer: ArrayBuffer): SocketTable {
  const sections = new Sections(buffer)
  const processes = sections.processes()
  const flags = sections.header('header.flags')
  const hiddenSockets = countHidden(
    buffer,
    sections.header('header.rowCount'),
    sections.header('header.rowsOffset'),
  )
  const unexpected = sections.header('header.unexpected')
  if (unexpected > 0) {
    const call = sections.text(
      sections.header('header.unexpectedCallOffset'),
      sections.header('header.unexpectedCallLength'),
    )
    const code = errorCode(sections.header('header.unexpectedCode'))
    debug('%d unexpected failures, the first: %s %s', unexpected, code, call)
  }
  const missing: Missing[] = []
  if (hiddenSockets > 0) missing.push('owners')
  if ((flags & LAYOUT['report.boundUnavailable']) !== 0) missing.push('bound')
  if (sections.header('header.skipped') > 0) missing.push('rows')
  if ((flags & LAYOUT['report.interrupted']) !== 0) missing.push('interrupted')
  if (unexpected > 0) missing.push('unexpected')
  return {
    source: decodeSource(sections.header('header.sources')),
    fallback: decodeFallback(sections),
    complete: missing.length === 0,
    missing,
    hidden: { processes: sections.header('header.denied'), sockets: hiddenSockets },
    processes,
    rows: decodeRows(buffer, sections, processes),
  }
}
