/*
 * Records the twelve tables of IP Helper as they come, with sockets of its own in them, for
 * test/fixtures. Run on Windows in an empty folder: record-mib.exe. Says on stdout what it made.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char table[1 << 20];

static SOCKET bound(int family, int type, unsigned short *port) {
  struct sockaddr_in6 name6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  struct sockaddr_in name4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr *name = family == AF_INET ? (struct sockaddr *)&name4 : (struct sockaddr *)&name6;
  int size = family == AF_INET ? sizeof name4 : sizeof name6;
  SOCKET one = socket(family, type, 0);
  if (one == INVALID_SOCKET || bind(one, name, size) != 0) abort();
  if (getsockname(one, name, &size) != 0) abort();
  *port = ntohs(family == AF_INET ? name4.sin_port : name6.sin6_port);
  return one;
}

static void record(const char *name, DWORD code, DWORD size) {
  char file[64];
  snprintf(file, sizeof file, "%s.mib", name);
  FILE *out = fopen(file, "wb");
  if (code != NO_ERROR || out == NULL || fwrite(table, 1, size, out) != size) abort();
  fclose(out);
}

/* A table with its length, which the functions return when the buffer is too small. */
#define RECORD(name, call)            \
  do {                                \
    DWORD size = 0;                   \
    void *to = NULL;                  \
    (void)(call);                     \
    to = table;                       \
    memset(table, 0, sizeof table);   \
    DWORD needed = size;              \
    size = sizeof table;              \
    record(name, call, needed);       \
  } while (0)

int main(void) {
  WSADATA data;
  unsigned short listener[2], client[2], datagram[2];
  const int families[] = {AF_INET, AF_INET6};
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) abort();
  for (int i = 0; i < 2; i++) {
    SOCKET server = bound(families[i], SOCK_STREAM, &listener[i]);
    SOCKET peer = bound(families[i], SOCK_STREAM, &client[i]);
    struct sockaddr_storage name;
    int size = sizeof name;
    if (listen(server, 5) != 0 || getsockname(server, (struct sockaddr *)&name, &size) != 0) abort();
    if (connect(peer, (struct sockaddr *)&name, size) != 0) abort();
    if (accept(server, NULL, NULL) == INVALID_SOCKET) abort();
    bound(families[i], SOCK_DGRAM, &datagram[i]);
  }
  printf("{\"pid\": %lu, \"listener\": [%u, %u], \"client\": [%u, %u], \"datagram\": [%u, %u]}\n",
         GetCurrentProcessId(), listener[0], listener[1], client[0], client[1], datagram[0],
         datagram[1]);
  RECORD("tcp4-plain", GetTcpTable(to, &size, FALSE));
  RECORD("tcp6-plain", GetTcp6Table(to, &size, FALSE));
  RECORD("udp4-plain", GetUdpTable(to, &size, FALSE));
  RECORD("udp6-plain", GetUdp6Table(to, &size, FALSE));
  RECORD("tcp4-owner", GetExtendedTcpTable(to, &size, FALSE, AF_INET, TCP_TABLE_OWNER_PID_ALL, 0));
  RECORD("tcp6-owner", GetExtendedTcpTable(to, &size, FALSE, AF_INET6, TCP_TABLE_OWNER_PID_ALL, 0));
  RECORD("udp4-owner", GetExtendedUdpTable(to, &size, FALSE, AF_INET, UDP_TABLE_OWNER_PID, 0));
  RECORD("udp6-owner", GetExtendedUdpTable(to, &size, FALSE, AF_INET6, UDP_TABLE_OWNER_PID, 0));
  RECORD("tcp4-module", GetExtendedTcpTable(to, &size, FALSE, AF_INET, TCP_TABLE_OWNER_MODULE_ALL, 0));
  RECORD("tcp6-module", GetExtendedTcpTable(to, &size, FALSE, AF_INET6, TCP_TABLE_OWNER_MODULE_ALL, 0));
  RECORD("udp4-module", GetExtendedUdpTable(to, &size, FALSE, AF_INET, UDP_TABLE_OWNER_MODULE, 0));
  RECORD("udp6-module", GetExtendedUdpTable(to, &size, FALSE, AF_INET6, UDP_TABLE_OWNER_MODULE, 0));
  return 0;
}
