/** Makes rows of the records in a packed table. */

import { LAYOUT, OWNER_UNKNOWN_BY_NUMBER, STATE_BY_NUMBER } from '../layout.ts'
import type { SocketProcess, SocketRow } from '../types.ts'
import { AddressTexts } from './address-texts.ts'
import type { Sections } from './sections.ts'
import { LITTLE_ENDIAN } from './sections.ts'

const NONE: readonly number[] = Object.freeze([])
const ROW_WORDS = LAYOUT['row.size'] / 4

// Fields of a row by their position in words, half words and bytes.
const LOCAL = LAYOUT['row.localAddress'] / 4
const REMOTE = LAYOUT['row.remoteAddress'] / 4
const INODE_LOW = LAYOUT['row.inode'] / 4 + (LITTLE_ENDIAN ? 0 : 1)
const INODE_HIGH = LAYOUT['row.inode'] / 4 + (LITTLE_ENDIAN ? 1 : 0)
const UID = LAYOUT['row.uid'] / 4
const IDENTITY_LOW = LAYOUT['row.identity'] / 4 + (LITTLE_ENDIAN ? 0 : 1)
const IDENTITY_HIGH = LAYOUT['row.identity'] / 4 + (LITTLE_ENDIAN ? 1 : 0)
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
const LISTEN = STATE_BY_NUMBER.indexOf('LISTEN')

/** Milliseconds since 1970 of a FILETIME: 100 ns since 1601. */
function fromFileTime(high: number, low: number): number {
  return Number(((BigInt(high) << 32n) | BigInt(low)) / 10_000n) - 11_644_473_600_000
}

/** Decodes all rows. One loop over one shape: this is where the time of a large table goes. */
export function decodeRows(
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
  const services = sections.services()
  const numericScopes = (sections.header('header.flags') & LAYOUT['report.numericScopes']) !== 0

  const rows = new Array<SocketRow>(rowCount)
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
        const scope = numericScopes ? deviceNumber : device
        if (addresses.isLinkLocal(word + LOCAL)) localAddress += `%${scope}`
        if (remoteAddress !== null && addresses.isLinkLocal(word + REMOTE)) {
          remoteAddress += `%${scope}`
        }
      }
    }

    let pid: number | null = null
    let pids = NONE
    let fd: number | null = null
    let fds = NONE
    let processName: string | null = null
    let lastPid: number | null = null
    const ownerCount = words[word + OWNER_COUNT] as number
    const ownerStart = words[word + OWNER_START] as number
    if (ownerCount > 0) {
      const at = ownersWord + ownerStart * 2
      const process = words[at] as number
      pid = (processes[process] as SocketProcess).pid
      processName = (processes[process] as SocketProcess).name
      const descriptor = words[at + 1] as number
      if (descriptor === LAYOUT['owner.noDescriptor']) {
        pids = pidLists[process] as readonly number[]
      } else if (ownerCount === 1) {
        fd = descriptor
        pids = pidLists[process] as readonly number[]
        fds = fdLists[fd] ??= Object.freeze([fd])
      } else {
        fd = descriptor
        const holders = words.subarray(at, at + ownerCount * 2)
        const nth = (_: unknown, number: number) => number * 2
        const entries = Array.from({ length: ownerCount }, nth)
        pids = Object.freeze(
          entries.map((entry) => (processes[holders[entry] as number] as SocketProcess).pid),
        )
        fds = Object.freeze(entries.map((entry) => holders[entry + 1] as number))
      }
    } else if (ownerStart !== 0) {
      lastPid = ownerStart
    }

    // A sum would be a floating-point number to the engine, and take memory of its own in each row.
    const inodeHigh = words[word + INODE_HIGH] as number
    const inodeLow = words[word + INODE_LOW] as number
    const inode = inodeHigh === 0 ? inodeLow : inodeHigh * 2 ** 32 + inodeLow
    const v6OnlyKnown = (flags & LAYOUT['flag.v6OnlyKnown']) !== 0
    const sendQueue = words[word + SEND_QUEUE] as number
    const listens = state === LISTEN
    const queues = (flags & LAYOUT['flag.queues']) !== 0
    const created = (flags & LAYOUT['flag.created']) !== 0
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
      lastPid,
      ownerUnknown: OWNER_UNKNOWN_BY_NUMBER[bytes[byte + OWNER_UNKNOWN] as number] ?? null,
      uid: (flags & LAYOUT['flag.user']) === 0 ? null : (words[word + UID] as number),
      inode: inode === 0 ? null : inode,
      receiveQueue: queues ? (words[word + RECEIVE_QUEUE] as number) : null,
      sendQueue: queues ? (listens ? 0 : sendQueue) : null,
      backlog: listens && (flags & LAYOUT['flag.backlogKnown']) !== 0 ? sendQueue : null,
      dualStack:
        v6OnlyKnown && !peer
          ? (flags & LAYOUT['flag.v6Only']) === 0 && localAddress === '::'
          : null,
      interface: device,
      createdAt: created
        ? fromFileTime(words[word + IDENTITY_HIGH] as number, words[word + IDENTITY_LOW] as number)
        : null,
      service: services.size === 0 ? null : (services.get(index) ?? null),
    }
  }
  return rows
}
