#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

#include "../closings.h"
#include "../query.h"
#include "../socket_table.h"

namespace socktable {

// Finds the sockets that opened and closed between two reads of a table, where the system tells of
// closings.
class BriefSockets {
 public:
  // To be called before the first read. Does nothing at further calls.
  void Listen(const Query& query);

  // To be called after each read, with positions in `last` that are no more in `next`. Says in the
  // report of `next` what is told.
  void Find(const SocketTable& last, const std::vector<uint32_t>& closed, SocketTable* next);

  // Those of the last call.
  const SocketTable& found() const { return found_; }

 private:
  // Remembers those that were told as closed, until the system tells of them as well.
  void Expect(const SocketTable& last, const std::vector<uint32_t>& closed);
  void DropKnown(const SocketTable& last, const SocketTable& next);

  std::unique_ptr<Closings> closings_;
  bool begun_ = false;
  bool first_ = true;
  SocketTable found_;
  // By identity, and in the order in which they came.
  std::unordered_set<uint64_t> expected_;
  std::deque<uint64_t> order_;
};

}  // namespace socktable
