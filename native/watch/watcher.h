#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <vector>

#include "../core/query.h"
#include "../core/socket_table.h"
#include "../core/status.h"
#include "row_matcher.h"
#include "short_lived.h"

namespace socktable {

// Reads one query's table repeatedly and reports what changed. Owners that take a search are
// searched for sockets that are new or have lost a holder; those of all others are remembered, and
// searched again now and then. Any thread may call; one waits for the other.
class Watcher {
 public:
  explicit Watcher(Query query);

  // Packs what changed since the last call that went well; at the first one everything has opened.
  // Blocks.
  Status Poll(const std::atomic<bool>* cancelled, PackedTable* changes);

  // Packs the numbers of sockets, by bits of CountBy, in the table that was read last.
  PackedTable Count(uint32_t by);

  // Reads the table as Poll does, and packs these numbers of it, with how many sockets opened and
  // closed since it was read last.
  Status PollCounts(const std::atomic<bool>* cancelled, uint32_t by, PackedTable* counts);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Pair {
    uint32_t before;  // kNone: the socket is new
    uint32_t after;
  };

  // Reads next_, and what changed since last_.
  Status Read(const std::atomic<bool>* cancelled, RowMatcher* rows);
  Status ReadWhole(const Query& query, RowMatcher* rows);
  Status ReadRows(Query query, RowMatcher* rows);
  void Remember(RowMatcher* rows, std::vector<Pair>* doubtful);
  void FindShortLived(const RowMatcher& rows);
  Changes ChangesOf(const RowMatcher& rows) const;
  bool KeepHolders(const Row& earlier, Row* row);
  Status SearchOwners(const Query& query, const std::vector<Pair>& doubtful);
  void NoteActive(const SocketTable& table, const Row& row);
  PackedTable Pack(const RowMatcher& rows);

  const Query query_;
  const bool separate_owners_;
  std::mutex mutex_;  // guards what follows
  SocketTable last_;
  SocketTable next_;
  std::vector<Pair> changed_;
  ShortLivedSockets short_lived_;
  bool begun_ = false;            // a read went well
  std::vector<uint32_t> active_;  // processes that opened or closed sockets, the latest first
  Clock::time_point search_all_;
};

}  // namespace socktable
