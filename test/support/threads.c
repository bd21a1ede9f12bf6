/*
 * Holds a listener in an unusual way until stdin closes:
 *   threads own-table   only in the descriptor table of a second thread
 *   threads main-ended  in a process whose main thread has ended
 *   threads shared      as programs usually do
 * Prints {"pid": N, "port": N}.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int own_table;
static pthread_barrier_t taken;

static void report(int listener) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("{\"pid\": %d, \"port\": %d}\n", getpid(), ntohs(address.sin_port));
  fflush(stdout);
}

static void *hold(void *argument) {
  int listener = *(int *)argument;
  if (own_table && unshare(CLONE_FILES) != 0) abort();
  pthread_barrier_wait(&taken);
  if (own_table) pthread_barrier_wait(&taken); /* the main thread has closed its copy */
  report(listener);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  exit(0);
}

int main(int argc, char **argv) {
  own_table = argc > 1 && strcmp(argv[1], "own-table") == 0;
  static int listener;
  listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) abort();
  if (listen(listener, 1) != 0) abort();
  pthread_barrier_init(&taken, NULL, 2);
  pthread_t thread;
  pthread_create(&thread, NULL, hold, &listener);
  pthread_barrier_wait(&taken);
  if (own_table) {
    close(listener);
    pthread_barrier_wait(&taken);
  }
  if (argc > 1 && strcmp(argv[1], "main-ended") == 0) pthread_exit(NULL);
  pthread_join(thread, NULL);
}
