/** The named values in rows and reports. */

/**
 * TCP states by their RFC 9293 names (section 3.3.2), in capitals with underscores, and `BOUND`: a
 * socket that is bound to a port and neither listens nor is connected. It still occupies the port.
 *
 * @example
 * const open = TCP_STATES.filter((state) => state !== 'TIME_WAIT' && state !== 'CLOSED')
 * const { rows } = await listSockets({ state: open })
 */
export const TCP_STATES = [
  'CLOSED',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECEIVED',
  'ESTABLISHED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
  'BOUND',
] as const
/** A state of a TCP socket: one of `TCP_STATES`. */
export type TcpState = (typeof TCP_STATES)[number]

/** A transport protocol. */
export type Protocol = 'tcp' | 'udp'
export const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp']

/** The socket's address family, spelled as by `server.address()`. */
export type Family = 'IPv4' | 'IPv6'
export const FAMILIES: readonly Family[] = ['IPv4', 'IPv6']

/** Which end opened a connection: the peer (`in`) or this host (`out`). */
export type Direction = 'in' | 'out'
export const DIRECTIONS: readonly Direction[] = ['in', 'out']

/**
 * The names of all sources, of every system.
 *
 * @example
 * const { source } = await listSockets()
 * console.log(`read from ${source}, one of ${SOURCES.join(', ')}`)
 */
export const SOURCES = ['sock_diag', 'procfs', 'iphlpapi', 'pcblist', 'libproc'] as const
/**
 * A kernel interface that socket tables are read from.
 *
 * - `sock_diag` (Linux): NETLINK_SOCK_DIAG. Filters run in the kernel.
 * - `procfs` (Linux): the text files `/proc/net/{tcp,tcp6,udp,udp6}`, for kernels and containers
 *   without `sock_diag`.
 * - `iphlpapi` (Windows): the tables of IP Helper: GetExtendedTcpTable and GetExtendedUdpTable, or
 *   GetTcpTable, GetTcp6Table, GetUdpTable and GetUdp6Table where neither owners nor details are
 *   asked for.
 * - `pcblist` (macOS): the kernel's lists behind `sysctl net.inet.tcp.pcblist_n` and `…udp…`. Owners
 *   come from `libproc`, and so do sockets that are opened during the read.
 * - `libproc` (macOS): the sockets that processes have open, by proc_pidfdinfo(). Sockets that no
 *   process holds are missing: those in TIME_WAIT, and connections that are not accepted yet.
 */
export type Source = (typeof SOURCES)[number]

/**
 * Why a row has no PID.
 *
 * - `not-asked`: the query did not ask for owners.
 * - `no-owner`: no process owns such a socket: TIME_WAIT, SYN_RECEIVED, and connections that their
 *   process has closed and the kernel is shutting down (FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK).
 * - `not-accepted`: an incoming connection that no process has accepted yet.
 * - `permission`: it is held, or may be held, by a process that this process may not inspect.
 * - `gone`: it was closed during the read.
 * - `not-found`: none of the processes that were read holds it. It belongs to the kernel itself (NFS,
 *   WireGuard) or to another PID namespace, or is being passed from one process to another. macOS: also
 *   a flow of the Network framework, which has no descriptor, and a socket that was closed during the
 *   read.
 * - `exited` (Windows): the process that created it has ended; a process that inherited it keeps it
 *   open, and Windows does not say which.
 * - `pid-namespace` (Linux): /proc belongs to another PID namespace than this process (`unshare --pid`
 *   without `--mount-proc`, a bind-mounted /proc of the host). Its numbers are not PIDs that signals
 *   here could use, so none is given.
 * - `not-searched` (Linux): the search ended before it had covered every place where the owner may be:
 *   hundreds of threads that may each have a descriptor table of their own, where kcmp(2) is forbidden,
 *   or more than a thousand sockets without an owner.
 */
export type OwnerUnknown =
  | 'not-asked'
  | 'no-owner'
  | 'not-accepted'
  | 'permission'
  | 'gone'
  | 'not-found'
  | 'exited'
  | 'pid-namespace'
  | 'not-searched'
export const OWNER_UNKNOWN: readonly OwnerUnknown[] = [
  'not-asked',
  'no-owner',
  'not-accepted',
  'permission',
  'gone',
  'not-found',
  'exited',
  'pid-namespace',
  'not-searched',
]
