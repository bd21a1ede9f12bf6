/* Prints how many handles a Windows process has: handles PID. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  DWORD count;
  if (argc != 2) return 64;
  HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, (DWORD)atoi(argv[1]));
  if (process == NULL || !GetProcessHandleCount(process, &count)) return 1;
  printf("%lu\n", count);
  return 0;
}
