/** What a bind error says something about: the port, the address or this process. Pure. */

/**
 * - `port`: that port; another one may be free.
 * - `address`: the address or its family; every port of it fails alike.
 * - `process`: this process or system; every bind fails alike, so it says nothing about a port.
 */
type RefusalScope = 'port' | 'address' | 'process'

/** Errors of a process or system that is out of a resource: a later call may succeed. */
const SHORTAGES = ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']

/** Whether an error is a shortage or was caused by one: `cause` is the error of the source tried before. */
export function isShortage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return SHORTAGES.includes((error as NodeJS.ErrnoException).code ?? '') || isShortage(error.cause)
}

/** The parts of a system error that matter here. */
interface FailedCall {
  readonly code: string
  readonly syscall: string
}

/**
 * Linux: net/ipv4/af_inet.c and net/ipv6/af_inet6.c, `bind`. EPERM comes from programs of a control
 * group (BPF_CGROUP_INET4_BIND, systemd's SocketBindDeny=), EACCES from low ports and from SELinux;
 * the rules of both may name ports. From `socket` the same codes forbid every socket (seccomp).
 * Windows: EACCES means a reserved port, or one that another process has bound exclusively.
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
