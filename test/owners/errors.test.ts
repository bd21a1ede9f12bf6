import { describe, expect, test } from 'vitest'
import { errorCode, systemError } from '../../src/errors.ts'
import { constants } from 'node:os'

const { errno } = constants

const message = (number: number, syscall: string, path?: string): string =>
  systemError({ errno: number, syscall, ...(path !== undefined && { path }) }, 'linux').message

const OPEN_FILES = 'this process has reached its limit on open files (ulimit -n)'
const SANDBOX = 'a sandbox or a security module forbids it'
const NOT_MOUNTED = 'no proc file system is mounted there'
const NOT_WHOLE = 'is /proc mounted in full'

// The same place fails for different causes; the code says which.
describe('the advice of an error follows its code', () => {
  test.each([
    [errno.EMFILE, 'open', '/proc', OPEN_FILES],
    [errno.EMFILE, 'open', '/proc/net/tcp', OPEN_FILES],
    [errno.EMFILE, 'openat', '/proc/7/fd', OPEN_FILES],
    [errno.EMFILE, 'socket(NETLINK_SOCK_DIAG)', undefined, OPEN_FILES],
    [errno.EMFILE, 'pidfd_open', undefined, OPEN_FILES],
    [errno.ENFILE, 'open', '/proc', 'the system has reached its limit on open files'],
    [errno.ENOMEM, 'getdents64', '/proc', 'the system is out of memory'],
    [errno.ENOMEM, 'open', '/proc/net/tcp6', 'the system is out of memory'],
    [errno.EPERM, 'open', '/proc', SANDBOX],
    [errno.EACCES, 'getdents64', '/proc', SANDBOX],
    [errno.EACCES, 'open', '/proc/net/udp', SANDBOX],
    [errno.EPERM, 'socket(NETLINK_SOCK_DIAG)', undefined, SANDBOX],
    [errno.EACCES, 'openat', '/proc/7/fd', 'this user may not see what that process has open'],
    [errno.EACCES, 'openat', '/proc/{7,8}/fd', 'this user may not see what that process has open'],
    [errno.ENOENT, 'open', '/proc', NOT_MOUNTED],
    [errno.ENODEV, 'fstatfs', '/proc', NOT_MOUNTED],
    [errno.ENOENT, 'open', '/proc/net/tcp', NOT_WHOLE],
    [errno.EPROTONOSUPPORT, 'socket(NETLINK_SOCK_DIAG)', undefined, 'does not answer sock_diag'],
    [errno.ESRCH, 'pidfd_open', undefined, 'no process has that PID, or no longer has it'],
  ])('%i of %s %s: %s', (number, syscall, path, expected) => {
    const text = message(number, syscall, path)
    const causes = [OPEN_FILES, SANDBOX, NOT_MOUNTED, NOT_WHOLE, 'does not answer', 'may not see']
    expect(text).toContain(expected)
    expect(causes.filter((cause) => text.includes(cause) && !expected.includes(cause))).toEqual([])
    expect(text.startsWith(`${errorCode(number, 'linux')}: `)).toBe(true)
  })

  test('an I/O error has none that is guessed', () => {
    expect(message(errno.EIO, 'open', '/proc')).toMatch(/^EIO: .*, open '\/proc'$/)
    expect(message(errno.EIO, 'read', '/proc/net/tcp')).toMatch(/'\/proc\/net\/tcp'$/)
  })
})

test.each([
  ['/proc/7/fd', 'ESRCH: no process has the PID 7, openat'],
  ['/proc/{7,8}/fd', 'ESRCH: no process has one of the PIDs 7 and 8, openat'],
  ['/proc/{7,8,9}/fd', 'ESRCH: no process has one of the PIDs 7, 8 and 9, openat'],
])('a missing process is named: %s', (path, expected) => {
  expect(message(errno.ESRCH, 'openat', path)).toBe(`${expected} '${path}'`)
})
