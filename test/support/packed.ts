/** Builds packed tables by hand, by the layout alone. */

import { binding } from '../../src/binding.ts'
import type { Layout } from '../../src/layout.ts'

type RowField = Exclude<keyof Layout['row'], 'size'>
type DetailsField = Exclude<keyof Layout['details'], 'size'>
type ReportField = Exclude<keyof Layout['report'], 'size'>

export interface PackedRow {
  readonly local?: readonly number[]
  readonly remote?: readonly number[]
  readonly fields?: Readonly<Partial<Record<RowField, number | bigint>>>
  readonly details?: Readonly<Partial<Record<DetailsField, number>>>
}

export interface PackedTable {
  readonly rows?: readonly PackedRow[]
  /** Pairs of a process's position and a descriptor. */
  readonly owners?: readonly (readonly [process: number, descriptor: number])[]
  readonly processes?: readonly (readonly [pid: number, name: string])[]
  readonly interfaces?: readonly (readonly [index: number, name: string])[]
  readonly services?: readonly (readonly [row: number, name: string])[]
  readonly report?: Readonly<Partial<Record<ReportField, number>>>
  /** A text that the report points at. */
  readonly fallbackCall?: string
  /** Sections that this version does not know: their numbers. */
  readonly unknown?: readonly number[]
}

const WIDTHS: Readonly<Partial<Record<RowField, 1 | 2 | 8>>> = {
  cookie: 8,
  created: 8,
  inode: 8,
  localPort: 2,
  remotePort: 2,
  family: 1,
  protocol: 1,
  state: 1,
  direction: 1,
  flags: 1,
  ownerUnknown: 1,
}

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
const aligned = (size: number): number => (size + 7) & ~7

/** Records of one size, as they stand in a section. */
class Records {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly count: number
  readonly stride: number

  constructor(count: number, stride: number) {
    this.count = count
    this.stride = stride
    this.bytes = new Uint8Array(count * stride)
    this.#view = new DataView(this.bytes.buffer)
  }

  write(index: number, place: number, value: number | bigint, width: 1 | 2 | 4 | 8 = 4): void {
    const at = index * this.stride + place
    if (width === 8) this.#view.setBigUint64(at, BigInt(value), LITTLE_ENDIAN)
    else if (width === 4) this.#view.setUint32(at, Number(value), LITTLE_ENDIAN)
    else if (width === 2) this.#view.setUint16(at, Number(value), LITTLE_ENDIAN)
    else this.#view.setUint8(at, Number(value))
  }
}

class Strings {
  #texts: Buffer[] = []
  #length = 0

  add(text: string): { offset: number; length: number } {
    const bytes = Buffer.from(text)
    this.#texts.push(bytes)
    this.#length += bytes.length
    return { offset: this.#length - bytes.length, length: bytes.length }
  }

  records(): Records {
    const records = new Records(this.#length, 1)
    records.bytes.set(Buffer.concat(this.#texts))
    return records
  }
}

function rowRecords(rows: readonly PackedRow[], { row }: Layout): Records {
  const records = new Records(rows.length, row.size)
  rows.forEach(({ local = [], remote = [], fields = {} }, index) => {
    records.bytes.set(local, index * row.size + row.localAddress)
    records.bytes.set(remote, index * row.size + row.remoteAddress)
    for (const [name, value] of Object.entries(fields) as [RowField, number][]) {
      records.write(index, row[name], value, WIDTHS[name])
    }
  })
  return records
}

function detailsRecords(rows: readonly PackedRow[], layout: Layout): Records {
  const records = new Records(rows.length, layout.details.size)
  rows.forEach(({ details = {} }, index) => {
    for (const [name, value] of Object.entries(details) as [DetailsField, number][]) {
      records.write(index, layout.details[name], value, name === 'known' ? 1 : 4)
    }
  })
  return records
}

export function packTable(table: PackedTable): ArrayBuffer {
  const { layout } = binding()
  const { rows = [], owners = [], processes = [], interfaces = [], services = [] } = table
  const strings = new Strings()

  const named = (
    entries: readonly (readonly [number, string])[],
    places: { readonly size: number; readonly name: number },
    numberAt: number,
  ): Records => {
    const records = new Records(entries.length, places.size)
    entries.forEach(([number, name], index) => {
      const text = strings.add(name)
      records.write(index, numberAt, number)
      records.write(index, places.name + layout.text.offset, text.offset)
      records.write(index, places.name + layout.text.length, text.length)
    })
    return records
  }

  const ownerRecords = new Records(owners.length, layout.owner.size)
  owners.forEach(([process, descriptor], index) => {
    ownerRecords.write(index, layout.owner.process, process)
    ownerRecords.write(index, layout.owner.descriptor, descriptor)
  })

  const report = new Records(1, layout.report.size)
  const hidden = rows.filter(
    ({ fields }) => fields?.ownerUnknown === layout.ownerUnknown.permission,
  )
  const fields = {
    sources: 1 << layout.source.sock_diag,
    hiddenSockets: hidden.length,
    ...table.report,
  }
  for (const [name, value] of Object.entries(fields)) {
    report.write(0, layout.report[name as ReportField], value)
  }
  if (table.fallbackCall !== undefined) {
    const text = strings.add(table.fallbackCall)
    report.write(0, layout.report.fallbackCall + layout.text.offset, text.offset)
    report.write(0, layout.report.fallbackCall + layout.text.length, text.length)
  }

  const sections: [number, Records][] = [
    ...(table.unknown ?? []).map((number): [number, Records] => [number, new Records(3, 24)]),
    [layout.section.rows, rowRecords(rows, layout)],
    [layout.section.details, detailsRecords(rows, layout)],
    [layout.section.owners, ownerRecords],
    [layout.section.processes, named(processes, layout.process, layout.process.pid)],
    [layout.section.interfaces, named(interfaces, layout.interface, layout.interface.index)],
    [layout.section.services, named(services, layout.service, layout.service.row)],
    [layout.section.report, report],
  ]
  sections.push([layout.section.strings, strings.records()])
  return assemble(
    sections.filter(([, { count }]) => count > 0),
    layout,
  )
}

/** The header, the directory and the sections behind it. */
function assemble(sections: readonly [number, Records][], layout: Layout): ArrayBuffer {
  const { header, entry } = layout
  const first = aligned(header.size + sections.length * entry.size)
  const size = sections.reduce((at, [, { bytes }]) => at + aligned(bytes.length), first)
  const all = new Records(1, size)
  all.write(0, header.magic, layout.schema.magic)
  all.write(0, header.version, layout.schema.version)
  all.write(0, header.sections, sections.length)
  let offset = first
  sections.forEach(([number, records], index) => {
    const at = header.size + index * entry.size
    all.write(0, at + entry.section, number)
    all.write(0, at + entry.stride, records.stride)
    all.write(0, at + entry.count, records.count)
    all.write(0, at + entry.offset, offset)
    all.bytes.set(records.bytes, offset)
    offset += aligned(records.bytes.length)
  })
  return all.bytes.buffer as ArrayBuffer
}
