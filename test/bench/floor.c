/*
 * The floor: what the same question costs in plain C and one thread, without making anything of the
 * answer. Prints milliseconds, one run per line.
 *   floor dump RUNS [PAUSE]    all TCP and UDP sockets by sock_diag, with a pause in ms before each
 *   floor owners RUNS [PAUSE]  the same, and every descriptor link in /proc
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char buffer[32768];
static volatile unsigned long sink;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void dump(int type, int family, int protocol) {
  struct {
    struct nlmsghdr header;
    union {
      struct inet_diag_req legacy;
      struct inet_diag_req_v2 body;
    };
  } request;
  memset(&request, 0, sizeof request);
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (type == TCPDIAG_GETSOCK) {
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.legacy);
    request.legacy.idiag_family = AF_INET;
    request.legacy.idiag_states = 0xfff;
  } else {
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
    request.body.sdiag_family = family;
    request.body.sdiag_protocol = protocol;
    request.body.idiag_states = 0xfff;
  }
  int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0 || send(netlink, &request, request.header.nlmsg_len, 0) < 0) abort();
  for (int done = 0; !done;) {
    int size = recv(netlink, buffer, sizeof buffer, 0);
    if (size <= 0) abort();
    struct nlmsghdr *message = (struct nlmsghdr *)buffer;
    for (; NLMSG_OK(message, size); message = NLMSG_NEXT(message, size)) {
      if (message->nlmsg_type == NLMSG_DONE) done = 1;
      sink++;
    }
  }
  close(netlink);
}

static void scan_process(int proc, const char *pid) {
  char path[300], entries[32768], link[64];
  snprintf(path, sizeof path, "%s/fd", pid);
  int directory = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  for (long size; (size = syscall(SYS_getdents64, directory, entries, sizeof entries)) > 0;) {
    for (long at = 0; at < size;) {
      struct dirent64 *entry = (struct dirent64 *)(entries + at);
      at += entry->d_reclen;
      if (entry->d_name[0] == '.') continue;
      long length = readlinkat(directory, entry->d_name, link, sizeof link - 1);
      if (length < 9 || memcmp(link, "socket:[", 8) != 0) continue;
      link[length] = 0;
      sink += strtoul(link + 8, NULL, 10);
    }
  }
  close(directory);
}

static void scan(void) {
  DIR *processes = opendir("/proc");
  for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') scan_process(dirfd(processes), entry->d_name);
  }
  closedir(processes);
}

int main(int argc, char **argv) {
  if (argc != 3 && argc != 4) return 64;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int run = atoi(argv[2]); run > 0; run--) {
    if (argc == 4) usleep(atoi(argv[3]) * 1000);
    double start = now();
    dump(TCPDIAG_GETSOCK, 0, 0);
    dump(SOCK_DIAG_BY_FAMILY, AF_INET, IPPROTO_UDP);
    dump(SOCK_DIAG_BY_FAMILY, AF_INET6, IPPROTO_UDP);
    if (strcmp(argv[1], "owners") == 0) scan();
    printf("%.3f\n", now() - start);
  }
  return 0;
}
