#pragma once

#include <cstdint>

#include "socket_table.h"

namespace socktable {

// What sockets are counted by, as bits that cross from JavaScript: in the order of COUNT_BY in
// src/types.ts.
struct CountBy {
  static constexpr uint32_t kProtocol = 1;
  static constexpr uint32_t kFamily = 2;
  static constexpr uint32_t kState = 4;
  // The local port where a socket of the table waits for peers on it, with the same protocol.
  static constexpr uint32_t kListeningPort = 8;
  static constexpr uint32_t kProcess = 16;  // the first owner
  static constexpr uint32_t kRemoteAddress = 32;
};

// Counts the rows of a table. Each combination that occurs becomes a row of `counts`, in which
// nothing stands but what was counted by, and the number of sockets as its inode.
void CountSockets(const SocketTable& table, uint32_t by, SocketTable* counts);

}  // namespace socktable
