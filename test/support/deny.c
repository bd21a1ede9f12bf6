/*
 * Runs a program for which one system call fails:
 *   deny sock_diag ERRNO PROGRAM...   socket(AF_NETLINK, *, NETLINK_SOCK_DIAG)
 *   deny inet ERRNO PROGRAM...        socket(AF_INET or AF_INET6)
 *   deny bind ERRNO PROGRAM...        bind, of every family
 *   deny kcmp ERRNO PROGRAM...
 *   deny pidfd_open ERRNO PROGRAM...
 *   deny pidfds ERRNO PROGRAM...      pidfd_open and pidfd_send_signal
 *   deny kill ERRNO PROGRAM...
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, skip, 0)
#define IF_NOT(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

int main(int argc, char **argv) {
  if (argc < 4) return 64;
  const unsigned denied = SECCOMP_RET_ERRNO | (unsigned)atoi(argv[2]);
  struct sock_filter sock_diag[] = {
      LOAD(nr),      IF_NOT(__NR_socket, 5),
      LOAD(args[0]), IF_NOT(AF_NETLINK, 3),
      LOAD(args[2]), IF_NOT(NETLINK_SOCK_DIAG, 1),
      RETURN(denied), RETURN(SECCOMP_RET_ALLOW),
  };
  struct sock_filter inet[] = {
      LOAD(nr),      IF_NOT(__NR_socket, 5),
      LOAD(args[0]), IF_NOT(AF_INET, 1),     RETURN(denied),
      IF_NOT(AF_INET6, 1),                   RETURN(denied), RETURN(SECCOMP_RET_ALLOW),
  };
  /* The same on every processor since Linux 5.1; headers may be older. */
  const int pidfd_open = 434;
  const int call = strcmp(argv[1], "kcmp") == 0   ? __NR_kcmp
                   : strcmp(argv[1], "bind") == 0 ? __NR_bind
                   : strcmp(argv[1], "kill") == 0 ? __NR_kill
                                                  : pidfd_open;
  const int pidfd_send_signal = 424;
  const int second = strcmp(argv[1], "pidfds") == 0 ? pidfd_send_signal : call;
  struct sock_filter other[] = {
      LOAD(nr),          IF(call, 1), IF_NOT(second, 1), RETURN(denied),
      RETURN(SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof other / sizeof *other, .filter = other};
  if (strcmp(argv[1], "sock_diag") == 0) {
    program = (struct sock_fprog){.len = sizeof sock_diag / sizeof *sock_diag, .filter = sock_diag};
  }
  if (strcmp(argv[1], "inet") == 0) {
    program = (struct sock_fprog){.len = sizeof inet / sizeof *inet, .filter = inet};
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 65;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 66;
  execvp(argv[3], argv + 3);
  return 67;
}
