/** What an error of a bind is about. Pure. */

/**
 * - `port`: that port alone; another one may go well.
 * - `address`: the address or its family; it stays so at every port of it.
 * - `process`: neither, but this process or system: it would be the same everywhere, and says nothing
 *   about a port.
 */
export type RefusalScope = 'port' | 'address' | 'process'

/** Errors of a process or system that is out of something: a call made later may go well. */
const SHORTAGES = ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']

/** Whether an error is one, or comes of one: `cause` is why the source before it failed. */
export function isShortage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return SHORTAGES.includes((error as NodeJS.ErrnoException).code ?? '') || isShortage(error.cause)
}

/** What failed, and with what: the parts of an error of the system that matter here. */
export interface FailedCall {
  readonly code: string
  readonly syscall: string
}

/**
 * Linux: net/ipv4/af_inet.c and net/ipv6/af_inet6.c, `bind`. EPERM comes from programs of a control
 * group (BPF_CGROUP_INET4_BIND, systemd's SocketBindDeny=), EACCES from low ports and from SELinux,
 * whose rules may name ports both; of `socket` the same codes forbid every socket (seccomp).
 * Windows: EACCES are ports that it keeps for itself, and those that others have for themselves alone.
 */
export function scopeOf({ code, syscall }: FailedCall): RefusalScope {
  switch (code) {
    case 'EADDRINUSE':
      return 'port'
    case 'EACCES':
    case 'EPERM':
      return syscall === 'bind' || syscall === 'listen' ? 'port' : 'process'
    case 'EADDRNOTAVAIL':
    case 'EINVAL': // a link-local address without its interface
    case 'ENODEV': // the interface of a link-local address does not exist
      return syscall === 'bind' ? 'address' : 'process'
    case 'EAFNOSUPPORT':
    case 'EPROTONOSUPPORT':
      return 'address'
    default:
      return 'process'
  }
}
