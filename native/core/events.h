#pragma once

#include <memory>

#include "query.h"
#include "socket_table.h"
#include "status.h"

namespace socktable {

// The seam for destroy events: what the system reports of sockets that are destroyed. Those that
// opened after one read of the table and closed before the next are in neither. What arrives is
// kept until it is drained; a watcher polls, so that it needs no wake-up.
class DestroyEvents {
 public:
  DestroyEvents() = default;
  DestroyEvents(const DestroyEvents&) = delete;
  DestroyEvents& operator=(const DestroyEvents&) = delete;
  virtual ~DestroyEvents() = default;

  // Adds a row for each connection and each UDP socket that was destroyed since the last call.
  // False where some were missed. Does not block.
  virtual bool Drain(SocketTable& table) = 0;
};

// Begins to listen for what the query asks for. Fails with the system's code for "not supported"
// where it reports no such events, or where an event does not show whether the query asks for its
// socket.
Status ListenForDestroyEvents(const Query& query, std::unique_ptr<DestroyEvents>* events);

}  // namespace socktable
