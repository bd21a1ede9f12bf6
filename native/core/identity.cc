#include "identity.h"

#include <cstring>

#include "position_set.h"

namespace socktable {

uint64_t HashOfAddresses(const Row& row) {
  uint64_t words[4];
  memcpy(words, row.local_address, sizeof words);
  uint64_t hash = 0;
  for (const uint64_t word : words) hash = MixHash(hash ^ word);
  return MixHash(hash ^ (static_cast<uint64_t>(row.local_port) << 16 | row.remote_port));
}

uint64_t HashOfSocket(const Row& row) {
  return row.cookie != 0 ? MixHash(row.cookie) : HashOfAddresses(row);
}

bool SameAddresses(const Row& a, const Row& b) {
  return a.protocol == b.protocol && a.family == b.family && a.local_port == b.local_port &&
         a.remote_port == b.remote_port &&
         memcmp(a.local_address, b.local_address, sizeof a.local_address) == 0 &&
         memcmp(a.remote_address, b.remote_address, sizeof a.remote_address) == 0;
}

}  // namespace socktable
