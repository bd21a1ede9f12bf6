#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_set>

#include "../core/events.h"
#include "../core/query.h"
#include "../core/socket_table.h"

namespace socktable {

// Finds the sockets that opened and closed between two reads of a table, where the system reports
// destroy events.
class ShortLivedSockets {
 public:
  // To be called before each read, in which nothing is then that has closed by now.
  void Listen(const Query& query);

  // To be called after a read for each socket that was seen and that the system reports as well:
  // one that has closed, a connection that has come to TIME_WAIT, as it was before, and one that
  // was in TIME_WAIT when it was first seen.
  void ExpectClosed(const Row& row);
  void ExpectLingering(const Row& before);
  void ExpectUnseen(const Row& time_wait);

  // To be called then: drops what was expected. Says in the report of the table whether all of them
  // are reported.
  void Find(SocketTable* next);

  // Those of the last call.
  const SocketTable& found() const { return found_; }

 private:
  void Expect(uint64_t key);

  std::unique_ptr<DestroyEvents> events_;  // none where the system has none
  bool begun_ = false;
  bool all_ = true;  // none was missed
  SocketTable found_;
  // Hashes of identities and of addresses, and the order in which they came.
  std::unordered_set<uint64_t> expected_;
  std::deque<uint64_t> order_;
};

}  // namespace socktable
