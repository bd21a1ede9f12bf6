#pragma once

#include <memory>

#include "query.h"
#include "socket_table.h"

namespace socktable {

// The seam for who hears of sockets that close: those that opened after one read of the table and
// closed before the next are in neither.
class Closings {
 public:
  Closings() = default;
  Closings(const Closings&) = delete;
  Closings& operator=(const Closings&) = delete;
  virtual ~Closings() = default;

  // Adds a row for each connection and each UDP socket that closed since the last call. False where
  // some were missed. Does not block.
  virtual bool Take(SocketTable& table) = 0;
};

// Begins to listen for what the query asks for. Null where the system tells nothing, or where a
// closing would not tell whether the query had asked for the socket before.
std::unique_ptr<Closings> ListenForClosings(const Query& query);

}  // namespace socktable
