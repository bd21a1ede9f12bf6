/** Makes rows of the records in a packed table. */

import type { Layout } from '../layout.ts'
import { namesByNumber } from '../layout.ts'
import type {
  Family,
  Include,
  Protocol,
  SocketDetails,
  SocketFields,
  SocketProcess,
  SocketRow,
} from '../types/index.ts'
import { AddressTexts } from './address-texts.ts'
import { DetailsReader, fromFileTime } from './details.ts'
import { isReported } from './report.ts'
import type { Sections } from './sections.ts'
import { LITTLE_ENDIAN } from './sections.ts'

const NONE: readonly number[] = Object.freeze([])

/** A row with the fields of every group, of which an answer has those that were asked for. */
type AnyRow = SocketFields & { family: Family } & Partial<SocketDetails> & {
    service?: string | null
  }

/** Where the low and the high half of a number of 64 bits stand, in words. */
export function halvesOf(byte: number): readonly [low: number, high: number] {
  const word = byte / 4
  return LITTLE_ENDIAN ? [word, word + 1] : [word + 1, word]
}

/** A number of 64 bits by its halves, exact up to 2 ** 53. */
export function wide(low: number, high: number): number {
  // A sum would be a floating-point number to the engine, and take memory of its own in each row.
  return high === 0 ? low : high * 2 ** 32 + low
}

/**
 * Makes the function that decodes rows of a layout. Its places are constants of this closure, which
 * the engine compiles as it does literals (measured at 50,000 rows: no difference).
 */
function rowDecoder(layout: Layout): (sections: Sections, include: readonly Include[]) => AnyRow[] {
  const { row, rowFlag, owner } = layout
  const LOCAL = row.localAddress / 4
  const REMOTE = row.remoteAddress / 4
  const [COOKIE_LOW, COOKIE_HIGH] = halvesOf(row.cookie)
  const [CREATED_LOW, CREATED_HIGH] = halvesOf(row.created)
  const [INODE_LOW, INODE_HIGH] = halvesOf(row.inode)
  const INTERFACE = row.interface / 4
  const OWNER_START = row.ownerStart / 4
  const OWNER_COUNT = row.ownerCount / 4
  const LOCAL_PORT = row.localPort / 2
  const REMOTE_PORT = row.remotePort / 2
  const PROTOCOL = row.protocol
  const FAMILY = row.family
  const STATE = row.state
  const DIRECTION = row.direction
  const FLAGS = row.flags
  const UNKNOWN = row.ownerUnknown
  const PEER = rowFlag.peer
  const V6_ONLY_KNOWN = rowFlag.v6OnlyKnown
  const V6_ONLY = rowFlag.v6Only
  const OWNER_WORDS = owner.size / 4
  const OWNER_PROCESS = owner.process / 4
  const DESCRIPTOR = owner.descriptor / 4
  const NO_DESCRIPTOR = owner.noDescriptor
  const IPV6 = layout.family.IPv6
  const protocols = namesByNumber(layout.protocol) as Protocol[]
  const states = namesByNumber(layout.state)
  const directions = namesByNumber(layout.direction)
  const reasons = namesByNumber(layout.ownerUnknown)

  // One loop over one shape: this is where the time of a large table goes.
  return (sections, include) => {
    const { buffer, words } = sections
    const halves = new Uint16Array(buffer)
    const bytes = new Uint8Array(buffer)
    const { count: rowCount, offset: rowsOffset, stride } = sections.section('rows')
    const ownersWord = sections.section('owners').offset / 4
    const processes = sections.processes()
    const addresses = new AddressTexts(words)

    // Rows of one process share these arrays; they are frozen so that no caller changes another's.
    const pidLists = processes.map(({ pid }) => Object.freeze([pid]))
    const fdLists: (readonly number[])[] = []
    const interfaces = sections.interfaces()
    const numericScopes = isReported(sections, 'numericScopes')
    const details = include.includes('details') ? new DetailsReader(sections) : null
    const services = include.includes('service') ? sections.services() : null

    const rows = new Array<AnyRow>(rowCount)
    for (let index = 0; index < rowCount; index++) {
      const byte = rowsOffset + index * stride
      const word = byte >>> 2
      const half = byte >>> 1
      const flags = bytes[byte + FLAGS] as number
      const ipv6 = bytes[byte + FAMILY] === IPV6
      const peer = (flags & PEER) !== 0

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
      const ownerCount = words[word + OWNER_COUNT] as number
      if (ownerCount > 0) {
        const at = ownersWord + (words[word + OWNER_START] as number) * OWNER_WORDS
        const process = words[at + OWNER_PROCESS] as number
        pid = (processes[process] as SocketProcess).pid
        processName = (processes[process] as SocketProcess).name
        const descriptor = words[at + DESCRIPTOR] as number
        if (descriptor === NO_DESCRIPTOR) {
          pids = pidLists[process] as readonly number[]
        } else if (ownerCount === 1) {
          fd = descriptor
          pids = pidLists[process] as readonly number[]
          fds = fdLists[fd] ??= Object.freeze([fd])
        } else {
          fd = descriptor
          const field = (place: number) => (_: unknown, nth: number) =>
            words[at + nth * OWNER_WORDS + place] as number
          const holders = Array.from({ length: ownerCount }, field(OWNER_PROCESS))
          pids = Object.freeze(holders.map((holder) => (processes[holder] as SocketProcess).pid))
          fds = Object.freeze(Array.from({ length: ownerCount }, field(DESCRIPTOR)))
        }
      }

      const localPort = halves[half + LOCAL_PORT] as number
      const remotePort = peer ? (halves[half + REMOTE_PORT] as number) : null
      const protocol = protocols[bytes[byte + PROTOCOL] as number] as Protocol
      const cookieLow = words[word + COOKIE_LOW] as number
      const cookieHigh = words[word + COOKIE_HIGH] as number
      const inode = wide(words[word + INODE_LOW] as number, words[word + INODE_HIGH] as number)
      const createdLow = words[word + CREATED_LOW] as number
      const createdHigh = words[word + CREATED_HIGH] as number
      let id: string
      if (cookieHigh !== 0) {
        // Linux counts down from 2 ** 64 for sockets that are made in an interrupt (linux/cookie.h).
        id = String((BigInt(cookieHigh) << 32n) | BigInt(cookieLow))
      } else if (cookieLow !== 0) {
        id = String(cookieLow)
      } else {
        // An accepted connection gets an inode, and loses it when its process closes it.
        const other = peer ? `${remoteAddress} ${remotePort}` : String(inode)
        id = `${protocol} ${localAddress} ${localPort} ${other}`
        if (createdHigh !== 0) id += ` ${createdHigh} ${createdLow}`
      }
      const family = ipv6 ? 'IPv6' : 'IPv4'
      const state = states[bytes[byte + STATE] as number] ?? null
      const direction = directions[bytes[byte + DIRECTION] as number] ?? null
      const ownerUnknown = reasons[bytes[byte + UNKNOWN] as number] ?? null

      // Each shape is written out: fields that are added later would lie outside the object.
      const made: AnyRow =
        details === null
          ? {
              id,
              family,
              protocol,
              localAddress,
              localPort,
              remoteAddress,
              remotePort,
              state,
              direction,
              pid,
              pids,
              fd,
              fds,
              processName,
              ownerUnknown,
            }
          : {
              id,
              family,
              protocol,
              localAddress,
              localPort,
              remoteAddress,
              remotePort,
              state,
              direction,
              pid,
              pids,
              fd,
              fds,
              processName,
              ownerUnknown,
              uid: details.uid(index),
              inode: inode === 0 ? null : inode,
              interface: device,
              receiveQueue: details.receiveQueue(index),
              sendQueue: details.sendQueue(index),
              backlog: details.backlog(index),
              dualStack:
                peer || (flags & V6_ONLY_KNOWN) === 0
                  ? null
                  : (flags & V6_ONLY) === 0 && localAddress === '::',
              createdAt: createdHigh === 0 ? null : fromFileTime(createdHigh, createdLow),
              lastPid: pid === null ? details.lastPid(index) : null,
            }
      if (services !== null) made.service = services.get(index) ?? null
      rows[index] = made
    }
    return rows
  }
}

let decoder: { layout: Layout; decode: ReturnType<typeof rowDecoder> } | undefined

/** Decodes all rows, with the fields that `include` adds. */
export function decodeRows<Included extends Include>(
  sections: Sections,
  include: readonly Included[],
): SocketRow<Included>[] {
  const { layout } = sections
  if (decoder?.layout !== layout) decoder = { layout, decode: rowDecoder(layout) }
  return decoder.decode(sections, include)
}
