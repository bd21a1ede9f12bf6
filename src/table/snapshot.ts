/** Reads the socket table: encodes the query, passes it to the addon and decodes the rows. */

import { binding } from '../binding.ts'
import type { Abortable, Include, ListOptions, SocketTable } from '../types/index.ts'
import { decodeTable } from './decode.ts'
import { encodeQuery } from './options.ts'
import { receive, receiver } from './receive.ts'
import { checkSignal, refuseSignal } from '../validate.ts'

/**
 * Reads the sockets of this host, or of this process's network namespace, as typed rows with state
 * and owning processes. The read runs on another thread; the event loop is blocked only while its result
 * is decoded to rows.
 *
 * Linux: from NETLINK_SOCK_DIAG (net/ipv4/inet_diag.c), otherwise from /proc/net; owners from the links
 * in /proc/<pid>/fd. Listing sockets needs no privilege; showing the owners of other users' sockets
 * needs root or CAP_SYS_PTRACE.
 *
 * Windows: from IP Helper (GetExtendedTcpTable and related functions), which reports the process that
 * created each socket, for all users and without privilege.
 *
 * A read is not atomic: sockets open and close while it runs, and a row shows its socket as it was when
 * the row was read.
 *
 * @example
 * const { rows } = await listSockets({ protocol: 'tcp', include: ['names'] })
 * for (const { localPort, state, pid, processName } of rows) console.log(localPort, state, pid, processName)
 *
 * @throws {TypeError | RangeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or
 *   `ERR_OUT_OF_RANGE` before anything is read.
 * @throws An error with `code`, `errno` and `syscall` if the system offers no table; the result is never
 *   an empty list instead. `ESRCH`: none of the processes in `pid` exists. `EACCES` (macOS: `EPERM`):
 *   none of those that exist may be read, also if /proc hides them (hidepid).
 */
export async function listSockets<const Included extends Include = never>(
  options?: ListOptions<Included> & Abortable,
): Promise<SocketTable<Included>> {
  const { encoded, include } = encodeQuery(options, ['signal'])
  const signal = checkSignal(options)
  return receive((done) => binding().read(encoded, done), decoder<Included>(include), signal)
}

/**
 * `listSockets`, blocking.
 *
 * @example
 * console.log(listSocketsSync({ listening: true }).rows)
 *
 * @throws As `listSockets`.
 */
export function listSocketsSync<const Included extends Include = never>(
  options?: ListOptions<Included>,
): SocketTable<Included> {
  refuseSignal(options, 'listSockets')
  const { encoded, include } = encodeQuery(options)
  return binding().readSync(encoded, receiver(decoder<Included>(include)))
}

function decoder<Included extends Include>(
  include: readonly Include[],
): (buffer: ArrayBuffer) => SocketTable<Included> {
  return (buffer) => decodeTable(buffer, binding().layout, include as readonly Included[])
}
