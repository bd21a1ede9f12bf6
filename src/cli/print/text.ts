/** Pieces of text that the printers share. */

import type { Include, OwnerUnknown, SocketRow } from '../../index.ts'
import { type UserNames, hiddenOwner, remedyForHidden } from '../../users.ts'

const UNKNOWN_OWNER: Readonly<Record<Exclude<OwnerUnknown, 'permission'>, string>> = {
  'not-asked': 'its owner was not asked for',
  'no-owner': 'no process has it (any more): the kernel opens or ends it on its own',
  'not-accepted': 'no process has it yet: it waits to be accepted',
  gone: 'it was closed during the look-up',
  'not-found': 'held by the kernel itself, or by a process in another PID namespace',
  'not-searched': 'its owner was not found before the search ended',
  'pid-namespace': 'its owner is unknown: /proc belongs to another PID namespace',
  exited: 'the process that made it has ended; one that inherited it keeps it open',
}

/** Why the owner of a socket is not known, in plain words; empty where it is known. */
export function whyUnknown(
  row: Pick<SocketRow<Include>, 'ownerUnknown' | 'uid'>,
  users: UserNames,
): string {
  if (row.ownerUnknown === null) return ''
  if (row.ownerUnknown !== 'permission') return UNKNOWN_OWNER[row.ownerUnknown]
  const owner = hiddenOwner(row, users)
  return harmless(`held by ${owner}, which is hidden from you: ${remedyForHidden(row, users)}`)
}

/**
 * Text that comes from strangers (a process may choose its name, and whoever makes a network
 * interface its) made harmless: control characters and those that turn the direction of writing
 * would otherwise act on the terminal. The characters of `but` are left as they are.
 */
export function harmless(text: string, but = ''): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (but.includes(character)) return character
    const code = character.codePointAt(0) as number
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** Compares rows by the order in which people look for ports. */
export function byPort(a: SocketRow<Include>, b: SocketRow<Include>): number {
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
export const sorted = (rows: readonly SocketRow<Include>[]): SocketRow<Include>[] =>
  [...rows].sort(byPort)
