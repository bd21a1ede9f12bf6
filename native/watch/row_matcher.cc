#include "row_matcher.h"

#include <cstddef>
#include <cstring>

#include "../core/identity.h"
#include "../core/position_set.h"

namespace socktable {
namespace {

// If neither row matches one of the next so many rows of the other table, both are looked up later.
constexpr size_t kLookAhead = 16;

// The process that made a socket, on systems that name this one alone; else 0.
uint32_t Maker(const SocketTable& table, const Row& row) {
  if (row.owner_count == 0) return 0;
  const Owner& owner = table.owners[row.owner_start];
  return owner.descriptor == Owner::kNoDescriptor ? table.processes[owner.process].pid : 0;
}

// A row without what the details alone show: where they were not asked for, it is no change.
Row WithoutDetails(Row row) {
  const bool scoped = row.IsIPv6() && (IsLinkLocal(row.local_address) ||
                                       (row.HasPeer() && IsLinkLocal(row.remote_address)));
  row.inode = 0;
  if (!scoped) row.interface = 0;  // else a part of the address
  row.flags &= Row::kFlagPeer;
  return row;
}

// States stand in the order in which a connection goes through them, but for CLOSED: what has no
// peer has yet to begin in it, and a connection has ended (Windows: the control block waits to be
// deleted).
uint32_t Progress(const Row& row) {
  return row.state == State::kClosed && row.HasPeer() ? kStateCount
                                                      : static_cast<uint32_t>(row.state);
}

// Where not both rows have an identity: whether a socket at these addresses can have come to this.
bool MayFollow(const SocketTable& before, const Row& earlier, const SocketTable& after,
               const Row& later) {
  // An accepted connection gets an inode, and loses it where its process closes it.
  if (earlier.inode != 0 && later.inode != 0) return earlier.inode == later.inode;
  const uint32_t maker = Maker(before, earlier);
  const uint32_t other = Maker(after, later);
  if (maker != 0 && other != 0 && maker != other) return false;
  return Progress(earlier) <= Progress(later);  // it never goes back
}

// A connection request to a listener, for which no socket exists yet.
bool IsRequest(const Row& row) { return row.state == State::kSynReceived && row.inode == 0; }

// A connection has the cookie of its request, unless that got it a moment too late: Linux gives it
// out when a reading first meets the request, which may be a connection already by then
// (net/ipv4/inet_connection_sock.c, inet_csk_clone_lock; 1 of 24,000 on a busy machine).
bool MayBeGranted(const Row& request, const Row& later) {
  return IsRequest(request) && !IsRequest(later) && SameAddresses(request, later);
}

}  // namespace

bool SameSocket(const SocketTable& before, const Row& earlier, const SocketTable& after,
                const Row& later) {
  if ((earlier.cookie != 0) != (later.cookie != 0)) return false;
  if (earlier.cookie != 0) return SameCookie(earlier, later) || MayBeGranted(earlier, later);
  const bool known = earlier.created != 0 && later.created != 0;
  if (known && earlier.created != later.created) return false;
  if (!SameAddresses(earlier, later)) return false;
  return known || MayFollow(before, earlier, after, later);
}

bool SameFields(const SocketTable& before, uint32_t earlier, const SocketTable& after,
                uint32_t later) {
  constexpr size_t kOwners = offsetof(Row, owner_unknown);
  const Row& a = before[earlier];
  const Row& b = after[later];
  const bool same = memcmp(&a, &b, kOwners) == 0;
  if (after.Includes(Include::kDetails)) {
    return same && before.details[earlier].uid == after.details[later].uid;
  }
  if (same) return true;
  const Row one = WithoutDetails(a);
  const Row other = WithoutDetails(b);
  return memcmp(&one, &other, kOwners) == 0;
}

bool SameOwners(const SocketTable& table_a, const Row& a, const SocketTable& table_b,
                const Row& b) {
  if (a.owner_count != b.owner_count || a.owner_unknown != b.owner_unknown) return false;
  for (uint32_t i = 0; i < a.owner_count; i++) {
    const Owner& one = table_a.owners[a.owner_start + i];
    const Owner& other = table_b.owners[b.owner_start + i];
    if (one.descriptor != other.descriptor) return false;
    if (table_a.processes[one.process].pid != table_b.processes[other.process].pid) return false;
  }
  return true;
}

// How many rows to leave on either side so that the next ones may be the same again.
RowMatcher::Gap RowMatcher::FindGap(size_t b, size_t a) const {
  for (size_t skip = 1; skip <= kLookAhead; skip++) {
    if (b + skip < before_.size() && Same(b + skip, a)) return {skip, 0};
    if (a + skip < after_.size() && Same(b, a + skip)) return {0, skip};
  }
  return {1, 1};
}

std::vector<RowMatcher::Pair> RowMatcher::PairLeftOver() {
  std::vector<Pair> pairs;
  const auto any = [](const Row&) { return true; };
  TakePairs(HashOfSocket, any, &pairs);
  TakePairs(HashOfAddresses, IsRequest, &pairs);
  return pairs;
}

// Takes pairs of one hash out of what was left over, for the closed rows that are `wanted`.
void RowMatcher::TakePairs(uint64_t (*hash)(const Row&), bool (*wanted)(const Row&),
                           std::vector<Pair>* pairs) {
  if (opened.empty()) return;
  PositionSet places;  // of positions in `closed`
  for (uint32_t i = 0; i < closed.size(); i++) {
    const Row& row = before_[closed[i]];
    const auto never = [](uint32_t) { return false; };
    if (wanted(row)) places.FindOrAdd(hash(row), i, never);
  }
  if (places.empty()) return;
  std::vector<bool> taken(closed.size());
  const auto paired = [&](uint32_t later) {
    const uint32_t place = places.Find(
        hash(after_[later]), [&](uint32_t i) { return !taken[i] && Same(closed[i], later); });
    if (place == PositionSet::kNone) return false;
    taken[place] = true;
    pairs->emplace_back(closed[place], later);
    return true;
  };
  opened.erase(std::remove_if(opened.begin(), opened.end(), paired), opened.end());
  size_t kept = 0;
  for (size_t i = 0; i < closed.size(); i++) {
    if (!taken[i]) closed[kept++] = closed[i];
  }
  closed.resize(kept);
}

}  // namespace socktable
