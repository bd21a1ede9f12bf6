#include "brief_sockets.h"

#include "../position_set.h"
#include "../socket_identity.h"

namespace socktable {
namespace {

// A process may keep a connection for hours that is closed, and each of them is told at its end.
constexpr size_t kMostExpected = 65536;

}  // namespace

void BriefSockets::Listen(const Query& query) {
  if (!begun_) closings_ = ListenForClosings(query);
  begun_ = true;
}

void BriefSockets::Find(const SocketTable& last, const std::vector<uint32_t>& closed,
                        SocketTable* next) {
  if (!closings_) return;
  found_.Clear();
  const bool all = closings_->Take(found_);
  // Rows of /proc/net have no identity: nobody knows then which of them were told before.
  const bool nameless = (next->report.sources & Report::kFromProcfs) != 0;
  // Before the first read nothing was watched.
  if (first_ || nameless) found_.Clear();
  first_ = false;
  Expect(last, closed);
  if (found_.size() > 0) DropKnown(last, *next);
  if (nameless) return;
  next->report.flags |= Report::kClosingsTold;
  if (!all) next->report.flags |= Report::kClosingsMissed;
}

void BriefSockets::Expect(const SocketTable& last, const std::vector<uint32_t>& closed) {
  for (const uint32_t position : closed) {
    const Row& row = last[position];
    // Of a connection the system told when it came to TIME_WAIT.
    if (row.state == State::kTimeWait || !HasCookie(row)) continue;
    if (expected_.insert(row.identity).second) order_.push_back(row.identity);
  }
  const auto first_is_over = [&] {
    return expected_.size() > kMostExpected || order_.size() > 4 * kMostExpected ||
           expected_.count(order_.front()) == 0;
  };
  while (!order_.empty() && first_is_over()) {
    expected_.erase(order_.front());
    order_.pop_front();
  }
}

// One walk through both tables, whatever their size, beside sets of the few that closed.
void BriefSockets::DropKnown(const SocketTable& last, const SocketTable& next) {
  PositionSet by_identity;
  PositionSet by_addresses;
  const auto never = [](uint32_t) { return false; };
  for (uint32_t i = 0; i < found_.size(); i++) {
    by_identity.FindOrAdd(MixHash(found_[i].identity), i, never);
    by_addresses.FindOrAdd(HashOfAddresses(found_[i]), i, never);
  }
  std::vector<bool> known(found_.size());
  const auto mark_identity = [&](uint64_t identity) {
    const auto same = [&](uint32_t i) { return found_[i].identity == identity; };
    const uint32_t place = by_identity.Find(MixHash(identity), same);
    if (place != PositionSet::kNone) known[place] = true;
  };
  // Linux gives out cookies when they are asked for: TIME_WAIT has one of its own where nobody had
  // asked before (net/ipv4/tcp_minisocks.c, tcp_time_wait).
  const auto mark_time_wait = [&](const Row& row) {
    if (row.state != State::kTimeWait) return;
    const auto same = [&](uint32_t i) { return !known[i] && SameAddresses(found_[i], row); };
    const uint32_t place = by_addresses.Find(HashOfAddresses(row), same);
    if (place != PositionSet::kNone) known[place] = true;
  };
  for (const SocketTable* table : {&last, &next}) {
    for (size_t i = 0; i < table->size(); i++) mark_identity((*table)[i].identity);
  }
  for (uint32_t i = 0; i < found_.size(); i++) {
    if (expected_.erase(found_[i].identity) > 0) known[i] = true;
  }
  for (size_t i = 0; i < next.size(); i++) mark_time_wait(next[i]);

  size_t kept = 0;
  for (size_t i = 0; i < found_.size(); i++) {
    if (!known[i]) found_[kept++] = found_[i];
  }
  found_.Truncate(kept);
}

}  // namespace socktable
