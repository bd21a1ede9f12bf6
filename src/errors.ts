/** Creates errors: of failed system calls, and of wrong arguments as Node reports them. */

import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import type { NativeFailure } from './binding.ts'
import { remedyFor } from './permission.ts'

/** An error of the operating system, like Node's own: `code` is its name, `errno` its negative number. */
export interface SystemError extends Error {
  /** The system's name of the error, such as `EACCES`. */
  readonly code: string
  /** Its number, negative as in Node. */
  readonly errno: number
  /** The system call that failed. */
  readonly syscall: string
  /** The file that the call was about, if any. */
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
  0xc0000001: 'EIO', // STATUS_UNSUCCESSFUL, which the tables return although no documentation lists it
}

/** The name of an error number of the system, such as `ENOENT`. */
export function errorCode(errno: number, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return CODE_OF_WINDOWS[errno] ?? 'UNKNOWN'
  return getSystemErrorMap().get(-errno)?.[0] ?? `E${errno}`
}

/** The name of a failure. For a process that does not exist Windows reports an invalid parameter. */
function codeOf({ errno, syscall }: NativeFailure, platform: NodeJS.Platform): string {
  if (platform === 'win32' && errno === 87 && syscall === 'OpenProcess') return 'ESRCH'
  return errorCode(errno, platform)
}

/** Node's number and description of an error. */
function nodeError(code: string): [errno: number, description: string] | undefined {
  for (const [errno, [name, description]] of getSystemErrorMap()) {
    if (name === code) return [errno, description]
  }
  return undefined
}

/** Where the descriptors of processes are listed: "/proc/1/fd", "/proc/{1,2}/fd". */
const DESCRIPTORS = /^\/proc\/\{?([\d,.]+)\}?\/fd$/

/** Advice for the calls that try a bind or reserve a port. */
function adviceForPort(code: string, syscall: string): string {
  switch (syscall) {
    case 'socket':
      if (code === 'EPERM' || code === 'EACCES') {
        return "a sandbox (seccomp, a container's profile) does not let this process open such a socket"
      }
      return code === 'EAFNOSUPPORT'
        ? 'this system does not support that family (IPv6 or IPv4)'
        : ''
    case 'bind':
      if (code === 'EADDRNOTAVAIL') return 'the host is not an address of this machine'
      return code === 'EINVAL' || code === 'ENODEV'
        ? 'a link-local address needs the interface that it belongs to, as in fe80::1%eth0'
        : ''
    case 'connect':
    case 'accept':
      return 'reserving the port needs a connection over loopback, which is down or filtered here'
    default:
      return ''
  }
}

function forbidden({ syscall, path = '' }: NativeFailure): string {
  if (DESCRIPTORS.test(path) || syscall.includes('PROC_PIDLISTFDS')) {
    return `this user may not see what that process has open: ${remedyFor('CAP_SYS_PTRACE')}`
  }
  const sandbox = 'a sandbox or a security module forbids it (seccomp, AppArmor, SELinux)'
  if (syscall.includes('NETLINK_SOCK_DIAG')) return `${sandbox}; the source 'procfs' may answer`
  return path.startsWith('/proc') ? sandbox : ''
}

function unavailable({ syscall, path = '' }: NativeFailure): string {
  if (path === '/proc/self') {
    return (
      '/proc belongs to another PID namespace than this process, so its PIDs refer to other ' +
      'processes here: mount the one of this namespace (mount -t proc proc /proc)'
    )
  }
  if (path === '/proc') {
    return (
      'processes are read from /proc, and no proc file system is mounted there: mount it ' +
      '(mount -t proc proc /proc); sockets can still be listed without their owners'
    )
  }
  if (path.startsWith('/proc/')) {
    return 'the kernel offers no socket table there: is /proc mounted in full (no subset=pid)?'
  }
  return syscall.includes('NETLINK_SOCK_DIAG')
    ? "the kernel does not answer sock_diag here; the source 'procfs' may"
    : ''
}

/** What to do about a failure, by its code and then by the call and the path. */
function adviceFor(code: string, failure: NativeFailure, platform: NodeJS.Platform): string {
  const { syscall, path = '' } = failure
  const ofPort = adviceForPort(code, syscall)
  if (ofPort !== '') return ofPort
  if (syscall === 'source') return 'this system does not have that source: omit the option'
  switch (code) {
    case 'ESRCH':
      return DESCRIPTORS.test(path) ? '' : 'no process has that PID, or no longer has it'
    case 'EMFILE':
      return platform === 'win32'
        ? 'this process has too many sockets open: close some'
        : 'this process has reached its limit on open files (ulimit -n): close some or raise it'
    case 'ENFILE':
      return 'the system has reached its limit on open files (sysctl fs.file-max)'
    case 'ENOMEM':
      return 'the system is out of memory: try again'
    case 'EACCES':
    case 'EPERM':
      return forbidden(failure)
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENODEV':
    case 'EINVAL':
    case 'EOPNOTSUPP':
    case 'EAFNOSUPPORT':
    case 'EPROTONOSUPPORT':
      return unavailable(failure)
    case 'ENOTSUP':
      return `socktable can't read the socket table of ${platform} yet`
    default:
      return ''
  }
}

/** Node's description, or for missing processes one with their PIDs: "no process has the PID 4242". */
function describe(code: string, description: string, { path = '' }: NativeFailure): string {
  const pids = code === 'ESRCH' ? DESCRIPTORS.exec(path)?.[1]?.split(',') : undefined
  if (pids === undefined) return description
  const [last = '', ...others] = pids.reverse()
  if (others.length === 0) return `no process has the PID ${last}`
  return `no process has one of the PIDs ${others.reverse().join(', ')} and ${last}`
}

/** Turns the addon's description of a failure into an error. */
export function systemError(
  failure: NativeFailure,
  platform: NodeJS.Platform = process.platform,
): SystemError {
  const code = codeOf(failure, platform)
  const [errno, description] = nodeError(code) ?? [-failure.errno, 'unknown error']
  const where = failure.path === undefined ? '' : ` '${failure.path}'`
  const number = platform === 'win32' ? ` (Windows error ${failure.errno})` : ''
  const advice = adviceFor(code, failure, platform)
  const options = failure.cause === undefined ? {} : { cause: systemError(failure.cause, platform) }
  const error = new Error(
    `${code}: ${describe(code, description, failure)}, ${failure.syscall}${where}${number}` +
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

/** True for a revoked proxy, on which every operation throws. */
export function isRevoked(value: unknown): boolean {
  try {
    Array.isArray(value) // throws for these alone (ECMA-262, IsArray)
    return false
  } catch {
    return true
  }
}

/** The name of an object's constructor, as in Node's own messages; null for a plain object. */
function maker(value: object): string | null {
  try {
    const { name } = (value as { constructor?: { name?: unknown } }).constructor ?? {}
    return typeof name === 'string' && name !== '' && name !== 'Object' ? name : null
  } catch {
    return null // a getter of the caller threw
  }
}

/** The error for a process that exists but that /proc hides from this user. */
export function hiddenProcess(pid: number): SystemError {
  const path = `/proc/${pid}/stat`
  const advice = `process ${pid} exists, but this user may not see it: ${remedyFor('CAP_SYS_PTRACE')}`
  return Object.assign(new Error(`EACCES: permission denied, open '${path}'; ${advice}`), {
    ...{ code: 'EACCES', errno: -constants.errno.EACCES, syscall: 'open', path },
  })
}

/** The error for a process whose sockets are in a network namespace that is not read. */
export function otherNetwork(pid: number): Error {
  const message =
    `process ${pid} is in another network namespace, whose sockets are not in this table: ` +
    `read it there (nsenter --net --target ${pid})`
  return Object.assign(new Error(message), { code: 'ERR_SOCKTABLE_NETNS' })
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (isRevoked(value)) return 'a revoked proxy'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return 'an array'
    const name = maker(value)
    return name === null ? 'an object' : `an instance of ${name}`
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

/** An error with Node's code `ERR_INVALID_STATE`: `what` was closed, and `how` creates another. */
export function hasEnded(what: string, how: string): Error {
  return Object.assign(new Error(`${what} has been closed: ${how}() creates another`), {
    code: 'ERR_INVALID_STATE',
  })
}

/** Node says "property" for a member of an object. */
function what(name: string): 'argument' | 'property' {
  return name.includes('.') ? 'property' : 'argument'
}
