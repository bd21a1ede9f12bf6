/** Turns the packed tables that the addon hands over into what callers get. Pure: they read a buffer. */

import type { Layout } from '../layout.ts'
import type {
  Include,
  SocketChange,
  SocketChanges,
  SocketRow,
  SocketTable,
} from '../types/index.ts'
import { decodeReport, isReported, reported } from './report.ts'
import { decodeRows } from './rows.ts'
import { Sections } from './sections.ts'

/** Decodes a packed table, whose rows have the fields that `include` adds. */
export function decodeTable<Included extends Include = never>(
  buffer: ArrayBuffer,
  layout: Layout,
  include: readonly Included[] = [],
): SocketTable<Included> {
  const sections = new Sections(buffer, layout)
  return Object.assign(decodeReport(sections), {
    processes: sections.processes(),
    rows: decodeRows(sections, include),
  })
}

/** How many sockets opened, closed and did both, as a watcher found them. */
function turnoverOf(sections: Sections): { opened: number; closed: number; shortLived: number } {
  const { offset } = sections.section('changes')
  const { opened, closed, shortLived } = sections.layout.changes
  return {
    opened: sections.word(offset + opened),
    closed: sections.word(offset + closed),
    shortLived: sections.word(offset + shortLived),
  }
}

/** How many sockets opened and closed since the table was read last. */
export function decodeTurnover(
  buffer: ArrayBuffer,
  layout: Layout,
): { opened: number; closed: number } {
  const { opened, closed, shortLived } = turnoverOf(new Sections(buffer, layout))
  return { opened: opened + shortLived, closed: closed + shortLived }
}

/** Decodes what changed: rows in the order of Changes in native/core/layout.h. */
export function decodeChanges<Included extends Include = never>(
  buffer: ArrayBuffer,
  layout: Layout,
  include: readonly Included[] = [],
): SocketChanges<Included> {
  const sections = new Sections(buffer, layout)
  const rows = decodeRows(sections, include)
  const turnover = turnoverOf(sections)
  const firstClosed = turnover.opened
  const firstShortLived = firstClosed + turnover.closed
  const firstChanged = firstShortLived + turnover.shortLived
  const changed: SocketChange<Included>[] = []
  for (let index = firstChanged; index < rows.length; index += 2) {
    const [after, before] = [rows[index], rows[index + 1]]
    changed.push({
      before: before as SocketRow<Included>,
      after: after as SocketRow<Included>,
    })
  }
  return Object.assign(decodeReport(sections), {
    processes: sections.processes(),
    sockets: reported(sections, 'sockets'),
    opened: rows.slice(0, firstClosed),
    closed: rows.slice(firstClosed, firstShortLived),
    changed,
    shortLived: isReported(sections, 'destroyEvents')
      ? rows.slice(firstShortLived, firstChanged)
      : null,
  })
}
