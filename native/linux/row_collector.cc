#include "row_collector.h"

#include <cstring>

namespace socktable {

uint64_t RowCollector::HashOf(const Row& row) {
  if (row.identity != 0) return MixHash(row.identity);
  uint64_t words[4];
  memcpy(words, row.local_address, sizeof words);
  uint64_t hash = row.inode;
  for (uint64_t word : words) hash = MixHash(hash ^ word);
  return MixHash(hash ^ (static_cast<uint64_t>(row.local_port) << 16 | row.remote_port));
}

bool RowCollector::SameSocket(const Row& a, const Row& b) {
  // A cookie names one socket for as long as the host is up (net/core/sock_diag.c).
  if (a.identity != 0 || b.identity != 0) return a.identity == b.identity;
  // /proc/net has no cookie. Sockets that share an address (SO_REUSEPORT) differ by inode; those
  // without an inode are connections, and a connection's addresses are its own.
  return a.inode == b.inode && a.protocol == b.protocol && a.IsIPv6() == b.IsIPv6() &&
         a.local_port == b.local_port && a.remote_port == b.remote_port &&
         memcmp(a.local_address, b.local_address, sizeof a.local_address) == 0 &&
         memcmp(a.remote_address, b.remote_address, sizeof a.remote_address) == 0;
}

void RowCollector::Settle() {
  const size_t end = table_.size();
  uint64_t hashes[kBatch];
  seen_.Reserve(end - settled_);
  for (size_t i = settled_; i < end; i++) {
    hashes[i - settled_] = HashOf(table_[i]);
    seen_.Prefetch(hashes[i - settled_]);
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
    if (kept != i) table_[kept] = table_[i];
    kept++;
  }
  table_.Truncate(kept);
  settled_ = kept;
}

}  // namespace socktable
