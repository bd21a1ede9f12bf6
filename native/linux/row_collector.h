#pragma once

#include "../core/position_set.h"
#include "../core/socket_table.h"

namespace socktable {

// Takes parsed rows into a table: drops those that the query does not ask for and those that were
// told before. Neither sock_diag nor /proc/net is atomic: both walk hash chains in steps and resume
// by position, so a socket that is added or removed meanwhile makes them repeat (or miss) others.
class RowCollector {
 public:
  RowCollector(const Query& query, SocketTable& table)
      : query_(query), table_(table), settled_(table.size()) {
    // Growing the set takes longer than filling it.
    if (table.size_before() > settled_) seen_.Reserve(table.size_before() - settled_);
  }

  // `fill` writes the fields of a new row.
  template <class Fill>
  void Add(Fill fill) {
    if (table_.size() - settled_ == kBatch) Settle();
    Row& row = table_.Append();
    fill(row);
    if (!wants_owners_) row.owner_unknown = OwnerUnknown::kNotAsked;
    if (!query_.Matches(row)) table_.Truncate(table_.size() - 1);
  }

  // Drops repetitions among what was added. Parsers call it at the end of what they were given.
  void Settle();

  void Skip() { table_.report.skipped++; }

 private:
  // Known sockets lie all over the memory. Asking for those of several rows at once lets the
  // processor fetch them side by side: 50,000 rows took 4 ms one by one.
  static constexpr size_t kBatch = 64;

  static bool SameSocket(const Row& a, const Row& b);

  const Query& query_;
  const bool wants_owners_ = query_.WantsOwners();
  SocketTable& table_;
  PositionSet seen_;
  size_t settled_;  // rows before this one are known to be told once
};

}  // namespace socktable
