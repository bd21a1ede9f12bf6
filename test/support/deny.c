/*
 * Runs a program for which one system call fails:
 *   deny sock_diag ERRNO PROGRAM...   socket(AF_NETLINK, *, NETLINK_SOCK_DIAG)
 *   deny kcmp ERRNO PROGRAM...
 *   deny pidfd_open ERRNO PROGRAM...
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
  /* The same on every processor since Linux 5.1; headers may be older. */
  const int pidfd_open = 434;
  const int call = strcmp(argv[1], "kcmp") == 0   ? __NR_kcmp
                   : strcmp(argv[1], "kill") == 0 ? __NR_kill
                                                  : pidfd_open;
  struct sock_filter other[] = {
      LOAD(nr), IF_NOT(call, 1), RETURN(denied), RETURN(SECCOMP_RET_ALLOW),
  };
  const int is_sock_diag = strcmp(argv[1], "sock_diag") == 0;
  struct sock_fprog program = {
      .len = is_sock_diag ? sizeof sock_diag / sizeof *sock_diag : sizeof other / sizeof *other,
      .filter = is_sock_diag ? sock_diag : other,
  };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 65;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 66;
  execvp(argv[3], argv + 3);
  return 67;
}
