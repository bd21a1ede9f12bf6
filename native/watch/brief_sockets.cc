#include "brief_sockets.h"

#include "../position_set.h"
#include "../socket_identity.h"

namespace socktable {
namespace {

// Linux tells of closings from a work queue, a little later (net/core/sock_diag.c).
constexpr std::chrono::seconds kLatest{5};

}  // namespace

void BriefSockets::Listen(const Query& query) {
  if (!begun_) closings_ = ListenForClosings(query);
  begun_ = true;
}

void BriefSockets::Find(const SocketTable& last, const std::vector<uint32_t>& closed,
                        SocketTable* next) {
  if (!closings_) return;
  found_.Clear();
  next->report.flags |= Report::kClosingsTold;
  if (!closings_->Take(found_)) next->report.flags |= Report::kClosingsMissed;
  // Before the first read nothing was watched.
  if (first_) found_.Clear();
  first_ = false;

  const auto now = Clock::now();
  while (!late_.empty() && now - late_.front().closed > kLatest) late_.pop_front();
  for (const uint32_t position : closed) late_.push_back({now, last[position].identity});
  if (found_.size() > 0) DropKnown(last, *next);
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
  for (const Late& late : late_) mark_identity(late.identity);
  for (size_t i = 0; i < next.size(); i++) mark_time_wait(next[i]);

  size_t kept = 0;
  for (size_t i = 0; i < found_.size(); i++) {
    if (!known[i]) found_[kept++] = found_[i];
  }
  found_.Truncate(kept);
}

}  // namespace socktable
