#include "row_collector.h"

#include "../core/identity.h"

namespace socktable {

bool RowCollector::SameSocket(const Row& a, const Row& b) {
  if (a.cookie != 0 || b.cookie != 0) return a.cookie == b.cookie;
  // /proc/net has no cookie. Sockets that share an address (SO_REUSEPORT) differ by inode; those
  // without an inode are connections, and a connection's addresses are its own.
  return a.inode == b.inode && SameAddresses(a, b);
}

void RowCollector::Settle() {
  const size_t end = table_.size();
  uint64_t hashes[kBatch];
  seen_.Reserve(end - settled_);
  for (size_t i = settled_; i < end; i++) {
    hashes[i - settled_] = HashOfSocket(table_[i]);
    __builtin_prefetch(seen_.PlaceOf(hashes[i - settled_]), 1);
  }
  size_t kept = settled_;
  for (size_t i = settled_; i < end; i++) {
    const uint32_t known =
        seen_.FindOrAdd(hashes[i - settled_], static_cast<uint32_t>(kept),
                        [&](uint32_t other) { return SameSocket(table_[other], table_[i]); });
    if (known != PositionSet::kNone) {
      table_.report.repeated++;
      continue;
    }
    table_.Move(i, kept);
    table_.NoteInterface(table_[kept].interface);
    kept++;
  }
  table_.Truncate(kept);
  settled_ = kept;
}

}  // namespace socktable
