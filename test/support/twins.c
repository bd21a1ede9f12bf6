/*
 * Gives the number of a process to another one at once, in a PID namespace whose next number it may
 * choose. For each line of its input it does the next of these, and answers with a line:
 *   starts a process                      its PID
 *   ends it, and starts another           that one's PID, and the start times of both
 *   looks at that one, and ends it        1 where it was still there
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(void) {
  pid_t pid = fork();
  while (pid == 0) pause();
  return pid;
}

static void end(pid_t pid) {
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

static unsigned long long started(pid_t pid) {
  char path[64];
  char text[1024] = "";
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) abort();
  if (fgets(text, sizeof text, file) == NULL) abort();
  fclose(file);
  unsigned long long value = 0;
  char *at = strrchr(text, ')') + 2;
  for (int field = 3; field < 22; field++) at = strchr(at, ' ') + 1;
  sscanf(at, "%llu", &value);
  return value;
}

int main(void) {
  char line[16];
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin) != NULL) {
    const pid_t first = start();
    printf("%d\n", first);
    if (fgets(line, sizeof line, stdin) == NULL) break;
    const unsigned long long before = started(first);
    end(first);
    FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "w");
    if (last == NULL) abort();
    fprintf(last, "%d", first - 1);
    fclose(last);
    const pid_t second = start();
    printf("%d %llu %llu\n", second, before, started(second));
    if (fgets(line, sizeof line, stdin) == NULL) break;
    usleep(20000);
    printf("%d\n", waitpid(second, NULL, WNOHANG) == 0);
    end(second);
  }
}
