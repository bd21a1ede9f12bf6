#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "../core/identity.h"
#include "../core/socket_table.h"

namespace socktable {

// Whether two rows, the first one read before the second, are of one socket.
bool SameSocket(const SocketTable& before, const Row& earlier, const SocketTable& after,
                const Row& later);

// Whether the rows say the same but for queues and owners.
bool SameFields(const SocketTable& before, uint32_t earlier, const SocketTable& after,
                uint32_t later);

// Whether the rows name the same owners, and the same reason where they name none.
bool SameOwners(const SocketTable& table_a, const Row& a, const SocketTable& table_b, const Row& b);

// Finds the rows of the same sockets in two readings of one query. Kernels walk their tables in the
// same order each time, so that most rows are met side by side; what is left is looked up by hash.
class RowMatcher {
 public:
  RowMatcher(const SocketTable& before, const SocketTable& after)
      : before_(before), after_(after) {}

  // Calls matched(position before, position after) for each socket that is in both.
  template <class Matched>
  void Run(Matched matched) {
    size_t b = 0;
    size_t a = 0;
    while (b < before_.size() && a < after_.size()) {
      if (Same(b, a)) {
        matched(static_cast<uint32_t>(b++), static_cast<uint32_t>(a++));
        continue;
      }
      const Gap gap = FindGap(b, a);
      Leave(&closed, &b, gap.before);
      Leave(&opened, &a, gap.after);
    }
    Leave(&closed, &b, before_.size() - b);
    Leave(&opened, &a, after_.size() - a);
    for (const auto& [earlier, later] : PairLeftOver()) matched(earlier, later);
  }

  // Positions of the sockets that are in one reading alone, in order. What Run finds.
  std::vector<uint32_t> closed;  // before
  std::vector<uint32_t> opened;  // after

 private:
  using Pair = std::pair<uint32_t, uint32_t>;
  struct Gap {
    size_t before;
    size_t after;
  };

  bool Same(size_t b, size_t a) const {
    // Nearly all are, and have the same cookie.
    return SameCookie(before_[b], after_[a]) || SameSocket(before_, before_[b], after_, after_[a]);
  }
  static void Leave(std::vector<uint32_t>* left, size_t* position, size_t count) {
    for (; count > 0; count--) left->push_back(static_cast<uint32_t>((*position)++));
  }

  Gap FindGap(size_t b, size_t a) const;
  std::vector<Pair> PairLeftOver();
  void TakePairs(uint64_t (*hash)(const Row&), bool (*wanted)(const Row&),
                 std::vector<Pair>* pairs);

  const SocketTable& before_;
  const SocketTable& after_;
};

}  // namespace socktable
