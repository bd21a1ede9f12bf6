/** Makes errors: of system calls that failed, and of arguments in Node's own manner. */

import { getSystemErrorMap } from 'node:util'
import type { NativeFailure } from './binding.ts'

/** An error of the operating system, as Node's own: `code` is its name, `errno` its negative number. */
export interface SystemError extends Error {
  readonly code: string
  readonly errno: number
  readonly syscall: string
  readonly path?: string
}

/** Windows error numbers (winerror.h, ntstatus.h) by the names that Node gives to such errors. */
const CODE_OF_WINDOWS: Readonly<Record<number, string>> = {
  2: 'ENOENT', // ERROR_FILE_NOT_FOUND
  5: 'EACCES', // ERROR_ACCESS_DENIED
  8: 'ENOMEM', // ERROR_NOT_ENOUGH_MEMORY
  13: 'EINVAL', // ERROR_INVALID_DATA: a table that is shorter than it says
  14: 'ENOMEM', // ERROR_OUTOFMEMORY
  50: 'ENOTSUP', // ERROR_NOT_SUPPORTED
  87: 'EINVAL', // ERROR_INVALID_PARAMETER
  122: 'ENOBUFS', // ERROR_INSUFFICIENT_BUFFER
  1223: 'ECANCELED', // ERROR_CANCELLED
  1450: 'ENOMEM', // ERROR_NO_SYSTEM_RESOURCES
  1455: 'ENOMEM', // ERROR_COMMITMENT_LIMIT
  10013: 'EACCES', // WSAEACCES, and the others of winsock2.h
  10022: 'EINVAL',
  10024: 'EMFILE',
  10043: 'EPROTONOSUPPORT',
  10047: 'EAFNOSUPPORT',
  10048: 'EADDRINUSE',
  10049: 'EADDRNOTAVAIL',
  10055: 'ENOBUFS',
  10061: 'ECONNREFUSED',
  0xc0000001: 'EIO', // STATUS_UNSUCCESSFUL, which the tables return unannounced
}

/** The name of the system's error number such as `ENOENT`. */
export function errorCode(errno: number, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return CODE_OF_WINDOWS[errno] ?? 'UNKNOWN'
  return getSystemErrorMap().get(-errno)?.[0] ?? `E${errno}`
}

/** Names the failure. A process that does not exist is an invalid parameter to Windows. */
function codeOf({ errno, syscall }: NativeFailure, platform: NodeJS.Platform): string {
  if (platform === 'win32' && errno === 87 && syscall === 'OpenProcess') return 'ESRCH'
  return errorCode(errno, platform)
}

/** What Node knows under the name of an error: its number and its description. */
function nodeError(code: string): [errno: number, description: string] | undefined {
  for (const [errno, [name, description]] of getSystemErrorMap()) {
    if (name === code) return [errno, description]
  }
  return undefined
}

const NOT_SHOWN = 'this user may not see what that process has open: run as its user or as root'

function adviceFor(code: string, { syscall, path }: NativeFailure): string {
  if (code === 'ESRCH') return 'no process has that PID (any more)'
  if (syscall === 'source') return 'that source is of another system: leave it to socktable'
  if (code === 'EACCES' && path === '/proc/<pid>/fd') return NOT_SHOWN
  if (code === 'EPERM' && syscall.includes('PROC_PIDLISTFDS')) return NOT_SHOWN
  if (path?.startsWith('/proc') === true || syscall === 'pidfd_open' || syscall === 'getpwuid_r') {
    if (code === 'EMFILE' || code === 'ENFILE') {
      return 'the limit on open files is reached (ulimit -n): close some or raise it'
    }
    if (code === 'ENOMEM') return 'the kernel has no memory left for it: try again'
  }
  if (path === '/proc/self') {
    return (
      '/proc belongs to another PID namespace than this process, so its numbers mean other ' +
      'processes here: mount one of this namespace (mount -t proc proc /proc)'
    )
  }
  if (path === '/proc') {
    return (
      'owners are found through /proc, and no proc file system is mounted there: mount it ' +
      '(mount -t proc proc /proc), or ask for no owners'
    )
  }
  if (path?.startsWith('/proc/')) {
    return 'the kernel offers no socket table there: is /proc mounted in full (no subset=pid)?'
  }
  if (syscall.includes('NETLINK_SOCK_DIAG')) {
    return "the kernel does not answer sock_diag here; the source 'procfs' may"
  }
  if (code === 'ENOTSUP') {
    return `socktable can't read the socket table of ${process.platform} yet`
  }
  return ''
}

/** Turns what the addon tells of a failure into an error. */
export function systemError(
  failure: NativeFailure,
  platform: NodeJS.Platform = process.platform,
): SystemError {
  const code = codeOf(failure, platform)
  const [errno, description] = nodeError(code) ?? [-failure.errno, 'unknown error']
  const where = failure.path === undefined ? '' : ` '${failure.path}'`
  const number = platform === 'win32' ? ` (Windows error ${failure.errno})` : ''
  const advice = adviceFor(code, failure)
  const options = failure.cause === undefined ? {} : { cause: systemError(failure.cause, platform) }
  const error = new Error(
    `${code}: ${description}, ${failure.syscall}${where}${number}` +
      (advice === '' ? '' : `; ${advice}`),
    options,
  )
  return Object.assign(error, {
    code,
    errno,
    syscall: failure.syscall,
    ...(failure.path === undefined ? {} : { path: failure.path }),
  })
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? 'an array' : 'an object'
  }
  return String(value)
}

/** A TypeError with Node's code `ERR_INVALID_ARG_TYPE`. */
export function invalidType(name: string, expected: string, value: unknown): TypeError {
  return Object.assign(
    new TypeError(
      `The "${name}" ${what(name)} must be ${expected}. Received ${shown(value)} (${typeof value})`,
    ),
    { code: 'ERR_INVALID_ARG_TYPE' },
  )
}

/** A TypeError with Node's code `ERR_INVALID_ARG_VALUE`. */
export function invalidValue(name: string, expected: string, value: unknown): TypeError {
  return Object.assign(
    new TypeError(`The ${what(name)} "${name}" must be ${expected}. Received ${shown(value)}`),
    { code: 'ERR_INVALID_ARG_VALUE' },
  )
}

/** A RangeError with Node's code `ERR_OUT_OF_RANGE`. */
export function outOfRange(name: string, expected: string, value: unknown): RangeError {
  return Object.assign(
    new RangeError(
      `The value of "${name}" is out of range. It must be ${expected}. Received ${shown(value)}`,
    ),
    { code: 'ERR_OUT_OF_RANGE' },
  )
}

/** An error with Node's code `ERR_INVALID_STATE`: `what` was closed, and `how` makes another. */
export function hasEnded(what: string, how: string): Error {
  return Object.assign(new Error(`${what} has ended: ${how}() makes another`), {
    code: 'ERR_INVALID_STATE',
  })
}

/** Node says "property" of what stands in an object. */
function what(name: string): 'argument' | 'property' {
  return name.includes('.') ? 'property' : 'argument'
}
