#include "direction.h"

#include <algorithm>
#include <cstring>

namespace socktable {
namespace {

bool IsWildcard(const Row& row) {
  static constexpr uint8_t kZeros[sizeof row.local_address] = {};
  return memcmp(row.local_address, kZeros, sizeof kZeros) == 0;
}

// 192.0.2.1 and ::ffff:192.0.2.1 are one address to a listener.
void MapToIPv6(const Row& row, uint8_t* address) {
  if (row.IsIPv6()) {
    memcpy(address, row.local_address, 16);
    return;
  }
  memset(address, 0, 10);
  memset(address + 10, 0xff, 2);
  memcpy(address + 12, row.local_address, 4);
}

bool SameLocalAddress(const Row& a, const Row& b) {
  uint8_t one[16];
  uint8_t other[16];
  MapToIPv6(a, one);
  MapToIPv6(b, other);
  return memcmp(one, other, sizeof one) == 0;
}

}  // namespace

void Listeners::Add(const Row& row) {
  const size_t place = PlaceOf(row);
  if (!IsWildcard(row)) {
    others_[place].push_back(row);
    return;
  }
  if (row.IsIPv6()) any_ipv6_[place] = true;
  // The IPv6 wildcard takes IPv4 too, unless it is known not to.
  if (!row.IsIPv6() || (row.flags & Row::kFlagV6Only) == 0) any_ipv4_[place] = true;
}

bool Listeners::Take(const Row& row) const {
  const size_t place = PlaceOf(row);
  if (row.IsIPv6() ? any_ipv6_[place] : any_ipv4_[place]) return true;
  const auto others = others_.find(place);
  return others != others_.end() &&
         std::any_of(others->second.begin(), others->second.end(),
                     [&](const Row& other) { return SameLocalAddress(other, row); });
}

void Listeners::SetDirections(SocketTable& table) const {
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (!row.HasPeer()) continue;
    if (row.state == State::kSynSent) {
      row.direction = Direction::kOut;
    } else if (row.state == State::kSynReceived) {
      row.direction = Direction::kIn;
    } else {
      row.direction = Take(row) ? Direction::kIn : Direction::kOut;
    }
  }
}

}  // namespace socktable
