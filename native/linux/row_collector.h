#pragma once

#include "../socket_table.h"
#include "position_set.h"

namespace socktable {

// Takes parsed rows into a table: drops those that the query does not ask for and those that were
// told before. Neither sock_diag nor /proc/net is atomic: both walk hash chains in steps and resume
// by position, so a socket that is added or removed meanwhile makes them repeat (or miss) others.
class RowCollector {
 public:
  RowCollector(const Query& query, SocketTable& table) : query_(query), table_(table) {}

  // `fill` writes the fields of a new row.
  template <class Fill>
  void Add(Fill fill) {
    Row& row = table_.Append();
    fill(row);
    if (!query_.Matches(row)) {
      table_.DropLast();
      return;
    }
    const uint32_t position = static_cast<uint32_t>(table_.size() - 1);
    const uint32_t known = seen_.FindOrAdd(
        HashOf(row), position, [&](uint32_t other) { return SameSocket(table_[other], row); });
    if (known == PositionSet::kNone) return;
    table_.DropLast();
    table_.report.repeated++;
  }

  void Skip() { table_.report.skipped++; }

 private:
  static uint64_t HashOf(const Row& row);
  static bool SameSocket(const Row& a, const Row& b);

  const Query& query_;
  SocketTable& table_;
  PositionSet seen_;
};

}  // namespace socktable
