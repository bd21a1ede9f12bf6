/** Builds packed tables by hand, by the layout alone. */

import { LAYOUT, OWNER_UNKNOWN_BY_NUMBER } from '../../src/layout.ts'

export interface PackedRow {
  readonly local?: readonly number[]
  readonly remote?: readonly number[]
  readonly fields?: Partial<Record<PackedField, number>>
}
type PackedField = Extract<keyof typeof LAYOUT, `row.${string}`>
type HeaderField = Extract<keyof typeof LAYOUT, `header.${string}`>

export interface PackedTable {
  readonly rows?: readonly PackedRow[]
  /** Pairs of a process's position and a descriptor. */
  readonly owners?: readonly (readonly [process: number, descriptor: number])[]
  readonly processes?: readonly (readonly [pid: number, name: string])[]
  readonly interfaces?: readonly (readonly [index: number, name: string])[]
  readonly services?: readonly (readonly [row: number, name: string])[]
  readonly header?: Partial<Record<HeaderField, number>>
  /** Texts that header fields point at, from offset 0 on. */
  readonly texts?: string
}

const WIDTH: Partial<Record<PackedField, 1 | 2>> = {
  'row.localPort': 2,
  'row.remotePort': 2,
  'row.protocol': 1,
  'row.state': 1,
  'row.flags': 1,
  'row.ownerUnknown': 1,
}

const HIDDEN = OWNER_UNKNOWN_BY_NUMBER.indexOf('permission')
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1
const aligned = (size: number): number => (size + 7) & ~7

export function packTable(table: PackedTable): ArrayBuffer {
  const { rows = [], owners = [], processes = [], interfaces = [], services = [] } = table
  const { texts = '' } = table
  const strings = [Buffer.from(texts)]
  let stringsLength = strings[0]?.length ?? 0
  const addText = (text: string): [offset: number, length: number] => {
    const bytes = Buffer.from(text)
    strings.push(bytes)
    stringsLength += bytes.length
    return [stringsLength - bytes.length, bytes.length]
  }
  const named = (entries: readonly (readonly [number, string])[]): number[] =>
    entries.flatMap(([number, name]) => [number, ...addText(name)])
  const sections = [owners.flat(), named(processes), named(interfaces), named(services)]

  const rowsOffset = LAYOUT.headerWords * 4
  const offsets: number[] = []
  let end = rowsOffset + rows.length * LAYOUT['row.size']
  for (const words of sections) {
    offsets.push(end)
    end += aligned(words.length * 4)
  }
  const buffer = new ArrayBuffer(aligned(end + stringsLength))
  const view = new DataView(buffer)
  const word = (at: number, value: number) => {
    view.setUint32(at, value, LITTLE_ENDIAN)
  }
  const header: Partial<Record<HeaderField, number>> = {
    'header.rowCount': rows.length,
    'header.rowsOffset': rowsOffset,
    'header.ownerCount': owners.length,
    'header.ownersOffset': offsets[0] as number,
    'header.processCount': processes.length,
    'header.processesOffset': offsets[1] as number,
    'header.interfaceCount': interfaces.length,
    'header.interfacesOffset': offsets[2] as number,
    'header.serviceCount': services.length,
    'header.servicesOffset': offsets[3] as number,
    'header.stringsOffset': end,
    'header.stringsLength': stringsLength,
    'header.sources': LAYOUT['report.fromSockDiag'],
    'header.hidden': rows.filter(({ fields }) => fields?.['row.ownerUnknown'] === HIDDEN).length,
    ...table.header,
  }
  for (const [name, value] of Object.entries(header)) word(LAYOUT[name as HeaderField] * 4, value)
  rows.forEach(({ local = [], remote = [], fields = {} }, index) => {
    const start = rowsOffset + index * LAYOUT['row.size']
    new Uint8Array(buffer).set(local, start + LAYOUT['row.localAddress'])
    new Uint8Array(buffer).set(remote, start + LAYOUT['row.remoteAddress'])
    for (const [name, value] of Object.entries(fields)) {
      const at = start + LAYOUT[name as PackedField]
      const width = WIDTH[name as PackedField]
      if (width === 1) view.setUint8(at, value)
      else if (width === 2) view.setUint16(at, value, LITTLE_ENDIAN)
      else word(at, value)
    }
  })
  sections.forEach((words, index) => {
    words.forEach((value, position) => {
      word((offsets[index] as number) + position * 4, value)
    })
  })
  new Uint8Array(buffer).set(Buffer.concat(strings), end)
  return buffer
}
