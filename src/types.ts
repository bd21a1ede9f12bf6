/**
 * TCP states by their RFC 9293 names (section 3.3.2), in capitals with underscores, and `BOUND`: a
 * socket that is bound to a port and neither listens nor connects. It takes the port all the same.
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

/** The names of all sources, of every system. */
export const SOURCES = ['sock_diag', 'procfs', 'iphlpapi', 'pcblist', 'libproc'] as const
/**
 * A kernel interface that socket tables are read from.
 *
 * - `sock_diag` (Linux): NETLINK_SOCK_DIAG. Filters run in the kernel.
 * - `procfs` (Linux): the text files `/proc/net/{tcp,tcp6,udp,udp6}`, for kernels and containers
 *   without the former.
 * - `iphlpapi` (Windows): the tables of IP Helper: GetExtendedTcpTable and GetExtendedUdpTable, or
 *   GetTcpTable, GetTcp6Table, GetUdpTable and GetUdp6Table where no owners are asked for.
 * - `pcblist` (macOS): the lists of the kernel behind `sysctl net.inet.tcp.pcblist_n` and `…udp…`.
 *   Owners come from `libproc` with it, and so do sockets that were made meanwhile.
 * - `libproc` (macOS): the sockets that processes have open, by proc_pidfdinfo(). What no process
 *   holds is not there: TIME_WAIT, connections that nobody has accepted.
 */
export type Source = (typeof SOURCES)[number]

export const OWNERS: readonly Owners[] = ['none', 'first', 'all']
/**
 * How far to look for the processes that hold a socket.
 *
 * - `none`: not at all; `pid` is null with the reason `not-asked`.
 * - `first`: until each socket has a holder. Others are told as far as they were met, which takes in
 *   every process that inherited the same descriptor number. For questions about a few sockets this
 *   is many times faster than `all` on a busy host.
 * - `all`: every holder of each socket.
 *
 * Windows names one process for each socket, the one that made it, whichever of the two is asked for.
 */
export type Owners = 'none' | 'first' | 'all'

/**
 * Why a row has no PID.
 *
 * - `not-asked`: the query did not ask for owners.
 * - `no-owner`: the kernel keeps none for such a socket: TIME_WAIT, SYN_RECEIVED, and connections
 *   that were closed by their process and finish on their own (FIN_WAIT_1, FIN_WAIT_2, CLOSING,
 *   LAST_ACK).
 * - `not-accepted`: an incoming connection that no process has accepted yet.
 * - `permission`: it is held by a process that this one may not look into, or may be.
 * - `gone`: it was closed during the read.
 * - `not-found`: no process that was read holds it: a socket of the kernel itself (NFS, WireGuard),
 *   of another PID namespace, or one that is on its way from one process to another. macOS: also a
 *   flow of the Network framework, which has no descriptor, and one that was closed during the read.
 * - `exited` (Windows): the process that made it has ended; one that inherited it keeps it open, and
 *   Windows does not say which.
 * - `pid-namespace` (Linux): /proc belongs to another PID namespace than this process (`unshare --pid`
 *   without `--mount-proc`, a bind-mounted /proc of the host): its numbers are not the PIDs that
 *   signals go to here, so none is given.
 * - `not-searched` (Linux): the search ended before all was looked at where its owner may be: hundreds
 *   of threads that may each have descriptors of their own, where kcmp(2) is forbidden, or more than a
 *   thousand sockets without an owner.
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

/** One socket. A plain object: it survives JSON, `structuredClone` and deep comparison. */
export interface SocketRow {
  /** Its transport protocol. */
  readonly protocol: Protocol
  /** Its address family; a socket on `::` that takes IPv4 too is an IPv6 socket. */
  readonly family: Family
  /**
   * RFC 5952 text as Node prints it: an IPv4 peer of an IPv6 socket is `::ffff:192.0.2.1`, a
   * link-local address carries its interface, by name (`fe80::1%eth0`) or, on Windows, by number
   * (`fe80::1%12`). `0.0.0.0` and `::` are wildcards.
   * Linux: `procfs` does not tell interfaces, so link-local addresses come without.
   */
  readonly localAddress: string
  /** From 0 to 65535; 0 where no port is bound yet. */
  readonly localPort: number
  /**
   * Null where there is no peer: a listening or bound TCP socket, an unconnected UDP socket. Windows
   * tells no peer of any UDP socket.
   */
  readonly remoteAddress: string | null
  /** Null where `remoteAddress` is. */
  readonly remotePort: number | null
  /** Null for UDP, and for a TCP state that this version does not know. */
  readonly state: TcpState | null
  /** The oldest process that holds the socket; null where it is not known: see `ownerUnknown`. */
  readonly pid: number | null
  /** All processes that hold the socket, oldest first; empty where none is known. */
  readonly pids: readonly number[]
  /** The lowest descriptor number that `pid` holds the socket with. Windows: null. */
  readonly fd: number | null
  /** The same for each of `pids`. Windows: empty. */
  readonly fds: readonly number[]
  /**
   * The name of `pid`; null where it is not known or was not asked for by `names`. macOS: that of its
   * program, cut at 32 bytes.
   */
  readonly processName: string | null
  /**
   * The process that used a socket last whose owner is not known (macOS, from `pcblist`:
   * so_last_pid). A hint for people: that process may have handed the socket on or have ended, and
   * its number may be another's by now. Never end a process for it.
   */
  readonly lastPid: number | null
  /** Why `pid` is null; null where it is not. */
  readonly ownerUnknown: OwnerUnknown | null
  /**
   * The user that the socket belongs to. Linux: null where the kernel tells no inode, since it then
   * reports user 0 for anybody's. macOS: from `pcblist` alone. Windows: null.
   */
  readonly uid: number | null
  /** The socket's number in the kernel (Linux). Null where the kernel tells none, as in TIME_WAIT. */
  readonly inode: number | null
  /**
   * Bytes that wait to be read; for a listener, connections that wait to be accepted. Windows: null.
   */
  readonly receiveQueue: number | null
  /** Bytes that the peer has not acknowledged; 0 for a listener. Windows: null. */
  readonly sendQueue: number | null
  /** How many connections a listener lets wait. Null for others, and from `procfs`. */
  readonly backlog: number | null
  /**
   * For an IPv6 socket that listens or is unconnected: whether it takes IPv4 as well, which it does
   * on the wildcard `::` unless IPV6_V6ONLY is set. Null for others, and from `procfs`. Windows: null;
   * there a socket that takes both has a row of its own in each family.
   */
  readonly dualStack: boolean | null
  /**
   * The network interface that the socket is bound to or that its link-local address belongs to; the
   * number where it has no name any more. Null where there is none, and from `procfs`. Windows and
   * macOS: for link-local addresses alone, with the name that `os.networkInterfaces()` uses.
   */
  readonly interface: string | null
  /**
   * When the socket was bound or connected, in milliseconds since 1970 (Windows, where `times` or
   * `services` asked for it); null where it is not known.
   */
  readonly createdAt: number | null
  /**
   * The Windows service that the socket belongs to, of the several that one svchost.exe may run
   * (where `services` asked for it). Null for other processes' sockets.
   */
  readonly service: string | null
}

/**
 * What a table may lack.
 *
 * - `owners`: sockets whose owner permission hid, or sockets of a process in `pid` that may not be
 *   read; `hidden` says how many.
 * - `search` (Linux): owners for which the search ended early; their rows say `not-searched`.
 * - `sockets`: other users' sockets, which macOS 27 and later keep from all but root.
 * - `netns` (Linux): the sockets of a process in `pid` that is in another network namespace, whose
 *   tables this read does not show. Sockets that it opened in this one are in the table.
 * - `bound`: bound sockets were asked for and can't be told (Linux before 6.8, `procfs`, Windows).
 * - `rows`: records that could not be understood.
 * - `interrupted`: the kernel says that its table changed so much that the reading is not exact.
 * - `closings`: sockets that opened and closed between two reads; more of them than the kernel keeps
 *   for one who reads later (of a watcher alone).
 * - `pid-namespace`: owners, since /proc belongs to another PID namespace than this process.
 * - `unexpected`: a system call failed in a way that it should not; NODE_DEBUG=socktable prints it.
 */
export type Missing =
  | 'owners'
  | 'search'
  | 'sockets'
  | 'netns'
  | 'bound'
  | 'rows'
  | 'interrupted'
  | 'closings'
  | 'pid-namespace'
  | 'unexpected'

/** Why another source was read than the preferred one. */
export interface Fallback {
  /** The system's error code, such as `ENOENT`. */
  readonly code: string
  /** The system call that failed. */
  readonly syscall: string
}

/** A process that holds sockets of a table. */
export interface SocketProcess {
  /** Its process ID. */
  readonly pid: number
  /** Null where it was not asked for by `names`, or could not be read any more. */
  readonly name: string | null
}

/** What a read of the table knows about itself. */
export interface TableReport {
  /** Where the rows came from; `mixed` where one protocol needed another source than the other. */
  readonly source: Source | 'mixed'
  /** Why that is not the preferred source; null where it is. */
  readonly fallback: Fallback | null
  /** True where nothing is missing. */
  readonly complete: boolean
  /** What is missing. */
  readonly missing: readonly Missing[]
  /** How much permission hid. */
  readonly hidden: {
    /** Processes whose descriptors this process may not read. */
    readonly processes: number
    /** Sockets of the table whose owner is hidden by that. */
    readonly sockets: number
  }
}

/** A snapshot of the sockets that a query asked for. */
export interface SocketTable extends TableReport {
  /** Every process that `pids` of a row names, each once. */
  readonly processes: readonly SocketProcess[]
  /** In no order that means anything. */
  readonly rows: readonly SocketRow[]
}

/** A socket that changed: its state, its owners, its interface or what else but its queues. */
export interface SocketChange {
  /** As it was at the last read. */
  readonly before: SocketRow
  /** As it is now. */
  readonly after: SocketRow
}

/** What changed between two reads of a table. */
export interface SocketChanges extends TableReport {
  /** How many sockets the table has now. */
  readonly sockets: number
  /** Every process that `pids` of a row here names, each once. */
  readonly processes: readonly SocketProcess[]
  /** Sockets that are new. */
  readonly opened: readonly SocketRow[]
  /** As they were when they were last seen. */
  readonly closed: readonly SocketRow[]
  /** Sockets that were there before and are different now. */
  readonly changed: readonly SocketChange[]
  /**
   * Sockets that opened and closed since the set before and are in no other list: with their
   * addresses, state `CLOSED`, and nobody known to have held them (`gone`). Null where the system does
   * not tell of closings. Linux: from the destroy groups of `sock_diag`, which anybody may join
   * (net/core/sock_diag.c); connections where the query asks for them in every state, and UDP
   * sockets, but not where it names processes. A little later than it was, and not of an end that
   * reset its connection (SO_LINGER), which forgets the peer. Elsewhere: null.
   */
  readonly brief: readonly SocketRow[] | null
}

/** What sockets can be counted by. */
export type CountBy = 'protocol' | 'family' | 'state' | 'listeningPort' | 'pid' | 'remoteAddress'
export const COUNT_BY: readonly CountBy[] = [
  'protocol',
  'family',
  'state',
  'listeningPort',
  'pid',
  'remoteAddress',
]

/** What a group of sockets has in common. */
export interface CountKeys extends Pick<SocketRow, 'protocol' | 'family' | 'state'> {
  /**
   * The local port where a socket of the table waits for peers on it with the same protocol: a
   * server's, to which its connections count. Null for other sockets, such as clients.
   */
  readonly listeningPort: number | null
  /** The oldest process that holds the socket; null where none is known. */
  readonly pid: number | null
  /** Null where there is no peer. A link-local address comes without its interface. */
  readonly remoteAddress: string | null
}

/** How many sockets have this in common. */
export type SocketCount<By extends CountBy> = Pick<CountKeys, By> & { readonly count: number }

/** How many sockets there are, by what was asked for. */
export interface SocketCounts<By extends CountBy> extends TableReport {
  /** How many there are in all. */
  readonly sockets: number
  /** Every process that `pid` of a count names, each once. */
  readonly processes: readonly SocketProcess[]
  /** One for each combination that occurs, in no order that means anything. */
  readonly counts: readonly SocketCount<By>[]
}

/** A port from 0 to 65535, or all ports from one to another, both included. */
export type PortFilter = number | { readonly from: number; readonly to: number }

/** What every query may say. */
export interface QueryOptions {
  /** Default: both. */
  readonly protocol?: Protocol | readonly Protocol[]
  /** Default: both. An IPv6 socket that talks to IPv4 is an IPv6 socket. */
  readonly family?: Family | readonly Family[]
  /** Default: any. */
  readonly remotePort?: PortFilter | readonly PortFilter[]
  /**
   * Only sockets that these processes hold. Then only they are read, and `pids` of a shared socket
   * names no others.
   */
  readonly pid?: number | readonly number[]
  /** Default: `all`. */
  readonly owners?: Owners
  /** Whether to read the processes' names into `processName`. Default: false. */
  readonly names?: boolean
  /**
   * Whether to read when each socket was made into `createdAt`. It also shows whether a PID has been
   * given to another process since. Windows; nothing comes of it elsewhere. Default: false.
   */
  readonly times?: boolean
  /**
   * Whether to ask which service each socket belongs to, for `service`. Takes `owners`. Windows;
   * nothing comes of it elsewhere. Default: false.
   */
  readonly services?: boolean
  /** Default: the best that works, which `source` in the table names. */
  readonly source?: Source
}

/** Options of `listSockets`. */
export interface ListOptions extends QueryOptions {
  /** Default: any. */
  readonly localPort?: PortFilter | readonly PortFilter[]
  /**
   * Only TCP sockets in these states, and no UDP sockets, which have none. Default: any but `BOUND`.
   */
  readonly state?: TcpState | readonly TcpState[]
  /**
   * Whether to add TCP sockets in state `BOUND`: bound to a port, neither listening nor connected.
   * They take the port but no other tool shows them by default, and they cost the kernel a walk of
   * another table. Linux 6.8 and later, from `sock_diag`, and macOS; else `missing` says `bound`.
   * Default: false.
   */
  readonly bound?: boolean
  /**
   * True: only sockets that wait for peers, which are TCP sockets in LISTEN and unconnected UDP
   * sockets. False: only the others. Default: both.
   */
  readonly listening?: boolean
}

/** What the asynchronous functions take as well. */
export interface Abortable {
  /** Rejects with the signal's reason and ends the read early. */
  readonly signal?: AbortSignal
}
