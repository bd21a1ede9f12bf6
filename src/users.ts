/** The users of sockets whose owner is hidden. */

import { readFileSync } from 'node:fs'
import { binding } from './binding.ts'
import { remedyFor } from './permission.ts'
import type { Include, SocketRow } from './types/index.ts'

/** The names of users by number. */
export type UserNames = ReadonlyMap<number, string>

type Hidden = Pick<SocketRow<Include>, 'ownerUnknown' | 'uid'>

/** What the kernel shows for users that have no number in this user namespace (from_kuid_munged). */
const OVERFLOW = 65_534

function isMapped(uid: number): boolean {
  if (uid !== OVERFLOW || process.platform !== 'linux') return true
  try {
    const lines = readFileSync('/proc/self/uid_map', 'utf8').trim().split('\n')
    return lines.some((line) => {
      const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number)
      return uid >= first && uid < first + count
    })
  } catch {
    return false
  }
}

/** The user of a hidden owner; null where the kernel does not report it. */
function userOf({ ownerUnknown, uid }: Hidden): number | null {
  return ownerUnknown === 'permission' && uid !== null && isMapped(uid) ? uid : null
}

const nameOf = (uid: number): Promise<string | null> =>
  new Promise((resolve) => {
    // If this fails, or users have no numbers (ENOTSUP), the number is shown instead of the name.
    binding().userName(uid, resolve)
  })

/** Looks up the users of those rows whose owner is hidden. */
export async function usersOf(rows: readonly Hidden[]): Promise<UserNames> {
  const uids = [...new Set(rows.flatMap((row) => userOf(row) ?? []))]
  const names = await Promise.all(
    uids.map(async (uid) => [uid, (await nameOf(uid)) ?? `user ${uid}`] as const),
  )
  return new Map(names)
}

/** Text for a hidden owner, with its user if that is known: "a process of postgres". */
export function hiddenOwner(row: Hidden, users: UserNames): string {
  const uid = userOf(row)
  const user = uid === null ? undefined : users.get(uid)
  return user === undefined ? 'a process of an unknown user' : `a process of ${user}`
}

/** How to get permission to see that owner. */
export function remedyForHidden(row: Hidden, users: UserNames): string {
  return remedyFor('CAP_SYS_PTRACE', users.get(userOf(row) ?? -1) ?? null)
}
