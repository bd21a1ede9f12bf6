#pragma once

#include "../core/direction.h"
#include "../core/position_set.h"
#include "../core/socket_table.h"

namespace socktable {

// Takes parsed rows into a table: drops those that the query does not ask for and those that were
// read before. Neither sock_diag nor /proc/net is atomic: both walk hash chains in steps and resume
// by position, so a socket that is added or removed during the walk makes them repeat (or miss)
// others.
class RowCollector {
 public:
  // Sockets that wait for peers go into `listeners` as well, asked for or not.
  RowCollector(const Query& query, SocketTable& table, Listeners* listeners = nullptr)
      : query_(query), table_(table), listeners_(listeners), settled_(table.size()) {
    // Growing the set takes longer than filling it.
    if (table.size_before() > settled_) seen_.Reserve(table.size_before() - settled_);
  }

  // `fill` writes the fields of a new row and of its details.
  template <class Fill>
  void Add(Fill fill) {
    if (table_.size() - settled_ == kBatch) Settle();
    Row& row = table_.Append();
    fill(row, table_.details[table_.size() - 1]);
    if (!wants_owners_) row.owner_unknown = OwnerUnknown::kNotAsked;
    if (listeners_ != nullptr && WaitsForPeers(row)) listeners_->Add(row);
    if (!query_.Matches(row)) table_.DropLast();
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
  const bool wants_owners_ = query_.NeedsOwners();
  SocketTable& table_;
  Listeners* const listeners_;
  PositionSet seen_;
  size_t settled_;  // rows before this one are known to be there once
};

}  // namespace socktable
