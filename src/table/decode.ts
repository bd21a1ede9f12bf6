/** Turns the packed table that the addon hands over into a `SocketTable`. Pure: it reads the buffer. */

import { debuglog } from 'node:util'
import { errorCode } from '../errors.ts'
import { LAYOUT } from '../layout.ts'
import type {
  Fallback,
  Missing,
  SocketChange,
  SocketChanges,
  SocketRow,
  SocketTable,
  Source,
  TableReport,
} from '../types.ts'
import { decodeRows } from './rows.ts'
import { Sections } from './sections.ts'

const debug = debuglog('socktable')

const SOURCE_BY_BIT: Readonly<Record<number, Source>> = {
  [LAYOUT['report.fromSockDiag']]: 'sock_diag',
  [LAYOUT['report.fromProcfs']]: 'procfs',
  [LAYOUT['report.fromIpHelper']]: 'iphlpapi',
  [LAYOUT['report.fromPcbList']]: 'pcblist',
  [LAYOUT['report.fromLibproc']]: 'libproc',
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

/** What a read knows about itself. */
function decodeReport(sections: Sections): TableReport {
  const hiddenSockets = sections.header('header.hidden')
  const flags = sections.header('header.flags')
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
  const askedDenied = (flags & LAYOUT['report.askedDenied']) !== 0
  if (hiddenSockets > 0 || askedDenied) missing.push('owners')
  if ((flags & LAYOUT['report.searchEnded']) !== 0) missing.push('search')
  if ((flags & LAYOUT['report.socketsHidden']) !== 0) missing.push('sockets')
  if ((flags & LAYOUT['report.otherNetwork']) !== 0) missing.push('netns')
  if ((flags & LAYOUT['report.boundUnavailable']) !== 0) missing.push('bound')
  if (sections.header('header.skipped') > 0) missing.push('rows')
  if ((flags & LAYOUT['report.interrupted']) !== 0) missing.push('interrupted')
  if ((flags & LAYOUT['report.closingsMissed']) !== 0) missing.push('closings')
  if ((flags & LAYOUT['report.foreignProc']) !== 0) missing.push('pid-namespace')
  if (unexpected > 0) missing.push('unexpected')
  return {
    source: SOURCE_BY_BIT[sections.header('header.sources')] ?? 'mixed',
    fallback: decodeFallback(sections),
    complete: missing.length === 0,
    missing,
    hidden: { processes: sections.header('header.denied'), sockets: hiddenSockets },
  }
}

/** Decodes a packed table. */
export function decodeTable(buffer: ArrayBuffer): SocketTable {
  const sections = new Sections(buffer)
  const processes = sections.processes()
  return Object.assign(decodeReport(sections), {
    processes,
    rows: decodeRows(buffer, sections, processes),
  })
}

/** Decodes counts: a row for each group, with the number of its sockets as its inode. */
export function decodeGroups(buffer: ArrayBuffer): SocketTable & { readonly sockets: number } {
  const sockets = new Sections(buffer).header('header.sockets')
  return Object.assign(decodeTable(buffer), { sockets })
}

/** How many sockets opened and closed since the table was read last. */
export function decodeTurnover(buffer: ArrayBuffer): { opened: number; closed: number } {
  const sections = new Sections(buffer)
  const brief = sections.header('header.brief')
  const [opened, closed] = [sections.header('header.opened'), sections.header('header.closed')]
  return { opened: opened + brief, closed: closed + brief }
}

/** Decodes what changed: rows in the order of Changes in native/core/socket_table.h. */
export function decodeChanges(buffer: ArrayBuffer): SocketChanges {
  const sections = new Sections(buffer)
  const processes = sections.processes()
  const rows = decodeRows(buffer, sections, processes)
  const opened = sections.header('header.opened')
  const closed = opened + sections.header('header.closed')
  const brief = closed + sections.header('header.brief')
  const told = (sections.header('header.flags') & LAYOUT['report.closingsTold']) !== 0
  const changed: SocketChange[] = []
  for (let index = brief; index < rows.length; index += 2) {
    changed.push({ after: rows[index] as SocketRow, before: rows[index + 1] as SocketRow })
  }
  return Object.assign(decodeReport(sections), {
    processes,
    sockets: sections.header('header.sockets'),
    opened: rows.slice(0, opened),
    closed: rows.slice(opened, closed),
    changed,
    brief: told ? rows.slice(closed, brief) : null,
  })
}
