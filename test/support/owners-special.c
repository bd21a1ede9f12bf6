/*
 * Holds listeners in ways that few programs do, until stdin closes:
 *   owners-special equal-tables   only in the descriptor table of a second thread, while the main
 *                                 thread has as many descriptors
 *   owners-special many-tables    the same beside 300 threads, each with as many descriptors
 *   owners-special undumpable     in a process that its own user may not look into
 *   owners-special mptcp          a Multipath TCP listener, a client of it and its two ends
 * Prints {"pid": N, "port": N, "fds": [N...]}.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static pthread_barrier_t step;
static struct sockaddr_in address = {.sin_family = AF_INET};
static int fds[3];

static void listen_by(int protocol) {
  socklen_t size = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fds[0] = socket(AF_INET, SOCK_STREAM, protocol);
  if (bind(fds[0], (struct sockaddr*)&address, size) != 0) abort();
  if (listen(fds[0], 4) != 0) abort();
  if (getsockname(fds[0], (struct sockaddr*)&address, &size) != 0) abort();
}

static void report_and_wait(int count) {
  printf("{\"pid\": %d, \"port\": %d, \"fds\": [%d", getpid(), ntohs(address.sin_port), fds[0]);
  for (int i = 1; i < count; i++) printf(", %d", fds[i]);
  printf("]}\n");
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  exit(0);
}

static void* hold_alone(void* unused) {
  if (unshare(CLONE_FILES) != 0) abort();
  pthread_barrier_wait(&step); /* now the main thread may change its table */
  pthread_barrier_wait(&step); /* and has */
  report_and_wait(1);
  return unused;
}

static void hold_in_equal_tables(void) {
  pthread_t thread;
  pthread_barrier_init(&step, NULL, 2);
  pthread_create(&thread, NULL, hold_alone, NULL);
  pthread_barrier_wait(&step);
  const int other = open("/dev/null", O_RDONLY);
  if (dup2(other, fds[0]) != fds[0] || close(other) != 0) abort();
  pthread_barrier_wait(&step);
  pthread_join(thread, NULL);
}

static void* only_wait(void* unused) {
  if (unshare(CLONE_FILES) != 0) abort();
  pthread_barrier_wait(&step);
  for (;;) pause();
  return unused;
}

/* Whatever a search looks at first, most of these come before the one that it looks for. */
static void hold_among_many(void) {
  enum { kThreads = 300 };
  pthread_t thread;
  const int other = open("/dev/null", O_RDONLY);
  pthread_barrier_init(&step, NULL, kThreads + 1);
  const int listener = fcntl(fds[0], F_DUPFD_CLOEXEC, 100);
  if (dup2(other, fds[0]) != fds[0]) abort();
  for (int i = 0; i < kThreads; i++) {
    /* Their copies of the table hold the listener no longer, in as many descriptors. */
    if (i == 0 && dup2(other, listener) != listener) abort();
    pthread_create(&thread, NULL, only_wait, NULL);
  }
  pthread_barrier_wait(&step);
  /* The last thread listens anew, in a table of its own. */
  fds[0] = listener;
  close(listener);
  listen_by(0);
  pthread_barrier_init(&step, NULL, 2);
  pthread_create(&thread, NULL, hold_alone, NULL);
  pthread_barrier_wait(&step);
  if (dup2(other, fds[0]) != fds[0]) abort();
  pthread_barrier_wait(&step);
  pthread_join(thread, NULL);
}

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const int multipath = strcmp(argv[1], "mptcp") == 0;
  listen_by(multipath ? IPPROTO_MPTCP : 0);
  if (multipath) {
    fds[1] = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    if (connect(fds[1], (struct sockaddr*)&address, sizeof address) != 0) abort();
    fds[2] = accept(fds[0], NULL, NULL);
    if (fds[2] < 0) abort();
    report_and_wait(3);
  }
  if (strcmp(argv[1], "undumpable") == 0) {
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) abort();
    report_and_wait(1);
  }
  if (strcmp(argv[1], "many-tables") == 0) hold_among_many();
  hold_in_equal_tables();
}
