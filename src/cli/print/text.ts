/** Pieces of text that the printers share. */

import type { OwnerUnknown } from '../../index.ts'
import { type UserNames, hiddenOwner, remedyForHidden } from '../../users.ts'
import type { Row } from './row.ts'

const UNKNOWN_OWNER: Readonly<Record<Exclude<OwnerUnknown, 'permission'>, string>> = {
  'not-asked': 'its owner was not asked for',
  'no-owner': 'no process holds it (any more): the kernel opens or ends it on its own',
  'not-accepted': 'no process holds it yet: it waits to be accepted',
  gone: 'it was closed during the read',
  'not-found': 'held by the kernel itself, or by a process in another PID namespace',
  'not-searched': 'its owner was not found before the search ended',
  'pid-namespace': 'its owner is unknown: /proc belongs to another PID namespace',
  exited: 'the process that made it has ended; one that inherited it keeps it open',
}

/** Why the owner of a socket is not known, in plain words; empty where it is known. */
export function whyUnknown(
  { ownerUnknown, uid = null }: Pick<Row, 'ownerUnknown' | 'uid'>,
  users: UserNames,
): string {
  const row = { ownerUnknown, uid }
  if (row.ownerUnknown === null) return ''
  if (row.ownerUnknown !== 'permission') return UNKNOWN_OWNER[row.ownerUnknown]
  const owner = hiddenOwner(row, users)
  return escapeControls(
    `held by ${owner}, which is hidden from you: ${remedyForHidden(row, users)}`,
  )
}

/** What acts on a terminal: control characters, and those that change the direction of writing. */
export const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** True for printable ASCII, as most texts are: found out several times faster than CONTROLS are searched. */
export const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/**
 * Escapes what would act on the terminal: other people choose the names of processes and network
 * interfaces. The characters of `except` are left as they are.
 */
export function escapeControls(text: string, except = ''): string {
  if (isPlain(text)) return text
  return text.replace(CONTROLS, (character) => {
    if (except.includes(character)) return character
    const code = character.codePointAt(0) as number
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** Compares rows by the order in which people look for ports. */
export function byPort(a: Row, b: Row): number {
  return (
    a.localPort - b.localPort ||
    byText(a.protocol, b.protocol) ||
    byText(a.family, b.family) ||
    byText(a.localAddress, b.localAddress) ||
    byText(a.remoteAddress ?? '', b.remoteAddress ?? '') ||
    (a.remotePort ?? 0) - (b.remotePort ?? 0) ||
    (a.inode ?? 0) - (b.inode ?? 0)
  )
}

/** In that order. */
export const sorted = <Each extends Row>(rows: readonly Each[]): Each[] => [...rows].sort(byPort)
