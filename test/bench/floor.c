// What the questions of the benchmark cost in plain C and one thread when nothing is made of the
// answers. Prints the median of some runs behind a first one, in milliseconds, and what a run
// counted.
//   floor dump RUNS    all TCP and UDP sockets by sock_diag
//   floor owners RUNS  the same, and the links of all descriptors in /proc
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { kBufferSize = 32 * 1024, kMostRuns = 100 };

static unsigned long sockets;
static unsigned long links;
static volatile unsigned long inodes;  // keeps the compiler from leaving the parsing out

static void fail(const char* call) {
  perror(call);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void dump(int type, const void* body, size_t size) {
  char buffer[kBufferSize] __attribute__((aligned(8)));
  struct nlmsghdr* message = (struct nlmsghdr*)buffer;
  memset(message, 0, sizeof *message);
  message->nlmsg_len = NLMSG_LENGTH(size);
  message->nlmsg_type = type;
  message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  memcpy(NLMSG_DATA(message), body, size);
  int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) fail("socket");
  if (send(netlink, message, message->nlmsg_len, 0) < 0) fail("send");
  for (;;) {
    int left = recv(netlink, buffer, sizeof buffer, 0);
    if (left <= 0) fail("recv");
    for (message = (struct nlmsghdr*)buffer; NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_ERROR) fail("dump");
      if (message->nlmsg_type == NLMSG_DONE) {
        close(netlink);
        return;
      }
      sockets++;
    }
  }
}

// The older request tells both families of TCP in one walk of the kernel's table.
static void dump_tcp(void) {
  struct inet_diag_req request = {.idiag_family = AF_INET, .idiag_states = 0xfff};
  dump(TCPDIAG_GETSOCK, &request, sizeof request);
}

static void dump_udp(int family) {
  struct inet_diag_req_v2 request = {
      .sdiag_family = family, .sdiag_protocol = IPPROTO_UDP, .idiag_states = 0xfff};
  dump(SOCK_DIAG_BY_FAMILY, &request, sizeof request);
}

static void scan_process(int proc, const char* pid) {
  char path[300], entries[kBufferSize], link[64];
  snprintf(path, sizeof path, "%s/fd", pid);
  int directory = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  long size;
  while ((size = syscall(SYS_getdents64, directory, entries, sizeof entries)) > 0) {
    for (long at = 0; at < size;) {
      struct dirent64* entry = (struct dirent64*)(entries + at);
      at += entry->d_reclen;
      if (entry->d_name[0] == '.') continue;
      ssize_t length = readlinkat(directory, entry->d_name, link, sizeof link - 1);
      if (length < 9 || memcmp(link, "socket:[", 8) != 0) continue;
      link[length] = '\0';
      inodes += strtoul(link + 8, NULL, 10);
      links++;
    }
  }
  close(directory);
}

static void scan(void) {
  DIR* processes = opendir("/proc");
  if (processes == NULL) fail("/proc");
  struct dirent* entry;
  while ((entry = readdir(processes)) != NULL) {
    if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
    scan_process(dirfd(processes), entry->d_name);
  }
  closedir(processes);
}

static int compare(const void* a, const void* b) {
  double difference = *(const double*)a - *(const double*)b;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char** argv) {
  double times[kMostRuns];
  int runs = argc == 3 ? atoi(argv[2]) : 0;
  if (runs < 1 || runs > kMostRuns) return 64;
  int owners = strcmp(argv[1], "owners") == 0;
  for (int run = -1; run < runs; run++) {
    sockets = links = 0;
    double start = now();
    dump_tcp();
    dump_udp(AF_INET);
    dump_udp(AF_INET6);
    if (owners) scan();
    if (run >= 0) times[run] = now() - start;
  }
  qsort(times, runs, sizeof *times, compare);
  printf("%.3f %lu\n", times[runs / 2], owners ? links : sockets);
  return 0;
}
