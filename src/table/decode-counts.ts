/** Decodes what the addon counted. */

import type { Layout } from '../layout.ts'
import { namesByNumber } from '../layout.ts'
import type { CountBy, CountKeys, SocketCount, SocketCounts } from '../types/index.ts'
import { COUNT_BY } from '../types/index.ts'
import { AddressTexts } from './address-texts.ts'
import { decodeReport, reported } from './report.ts'
import { halvesOf, wide } from './rows.ts'
import { Sections } from './sections.ts'

/** Decodes counts by some of the keys, which each record has in the order of `COUNT_BY`. */
export function decodeCounts<By extends CountBy>(
  buffer: ArrayBuffer,
  layout: Layout,
  by: By | readonly By[],
): SocketCounts<By> {
  const sections = new Sections(buffer, layout)
  const bytes = new Uint8Array(buffer)
  const halves = new Uint16Array(buffer)
  const addresses = new AddressTexts(sections.words)
  const processes = sections.processes()
  const place = layout.count
  const [low, high] = halvesOf(place.sockets)
  const protocols = namesByNumber(layout.protocol)
  const families = namesByNumber(layout.family)
  const states = namesByNumber(layout.state)
  const directions = namesByNumber(layout.direction)

  const readers: { readonly [Key in CountBy]: (at: number) => CountKeys[Key] | null } = {
    protocol: (at) => protocols[bytes[at + place.protocol] as number] ?? null,
    family: (at) => families[bytes[at + place.family] as number] ?? null,
    state: (at) => states[bytes[at + place.state] as number] ?? null,
    direction: (at) => directions[bytes[at + place.direction] as number] ?? null,
    listeningPort: (at) => {
      const port = halves[(at + place.listeningPort) / 2] as number
      return port === 0 ? null : port
    },
    pid: (at) => {
      const process = sections.word(at + place.process)
      return process === place.noProcess ? null : (processes[process]?.pid ?? null)
    },
    remoteAddress: (at) => {
      if (bytes[at + place.hasPeer] === 0) return null
      const word = (at + place.remoteAddress) / 4
      const ipv6 = bytes[at + place.family] === layout.family.IPv6
      return ipv6 ? addresses.ipv6(word) : addresses.ipv4(word)
    },
  }
  const chosen = COUNT_BY.filter((name) => [by].flat().includes(name as By))
  const { count, offset, stride } = sections.section('counts')
  const counts = Array.from({ length: count }, (_, index) => {
    const at = offset + index * stride
    const keys = Object.fromEntries(chosen.map((name) => [name, readers[name](at)]))
    const [lowWord, highWord] = [sections.words[at / 4 + low], sections.words[at / 4 + high]]
    return { ...keys, count: wide(lowWord as number, highWord as number) } as SocketCount<By>
  })
  return Object.assign(decodeReport(sections), {
    sockets: reported(sections, 'sockets'),
    processes,
    counts,
  })
}
