/** What a read knows about itself. */

import { debuglog } from 'node:util'
import { errorCode } from '../errors.ts'
import type { Layout } from '../layout.ts'
import type { Fallback, Missing, Source, TableReport } from '../types/index.ts'
import { SOURCES } from '../types/index.ts'
import type { Sections } from './sections.ts'

const debug = debuglog('socktable')

/** A field of the report. */
export function reported(
  sections: Sections,
  name: Exclude<keyof Layout['report'], 'size'>,
): number {
  return sections.word(sections.section('report').offset + sections.layout.report[name])
}

function reportedCall(sections: Sections, name: 'unexpectedCall' | 'fallbackCall'): string {
  return sections.text(sections.section('report').offset + sections.layout.report[name]) ?? ''
}

/** Whether the report has a flag set. */
export function isReported(sections: Sections, flag: keyof Layout['reportFlag']): boolean {
  return ((reported(sections, 'flags') >>> sections.layout.reportFlag[flag]) & 1) !== 0
}

function decodeSource(sections: Sections): Source | 'mixed' {
  const bits = reported(sections, 'sources')
  return SOURCES.find((name) => bits === 1 << sections.layout.source[name]) ?? 'mixed'
}

function decodeFallback(sections: Sections): Fallback | null {
  const errno = reported(sections, 'fallbackCode')
  if (errno === 0) return null
  return { code: errorCode(errno), syscall: reportedCall(sections, 'fallbackCall') }
}

function logUnexpected(sections: Sections, count: number): void {
  const code = errorCode(reported(sections, 'unexpectedCode'))
  const call = reportedCall(sections, 'unexpectedCall')
  debug('%d unexpected failures, the first: %s %s', count, code, call)
}

/** Decodes the report. */
export function decodeReport(sections: Sections): TableReport {
  const hiddenSockets = reported(sections, 'hiddenSockets')
  const unexpected = reported(sections, 'unexpected')
  if (unexpected > 0) logUnexpected(sections, unexpected)
  const lacks: readonly (readonly [Missing, boolean])[] = [
    ['owners', hiddenSockets > 0 || isReported(sections, 'askedDenied')],
    ['search', isReported(sections, 'searchEnded')],
    ['sockets', isReported(sections, 'socketsHidden')],
    ['netns', isReported(sections, 'otherNetns')],
    ['bound', isReported(sections, 'boundUnavailable')],
    ['rows', reported(sections, 'skipped') > 0],
    ['interrupted', isReported(sections, 'interrupted')],
    ['short-lived', isReported(sections, 'destroyEventsMissed')],
    ['pid-namespace', isReported(sections, 'foreignProc')],
    ['unexpected', unexpected > 0],
  ]
  const missing = lacks.filter(([, lacking]) => lacking).map(([name]) => name)
  return {
    source: decodeSource(sections),
    fallback: decodeFallback(sections),
    complete: missing.length === 0,
    missing,
    hidden: { processes: reported(sections, 'denied'), sockets: hiddenSockets },
  }
}
