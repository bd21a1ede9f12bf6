#include "short_lived.h"

#include "../core/identity.h"

namespace socktable {
namespace {

// A process may keep a connection for hours that is closed, and each of them is reported at its
// end.
constexpr size_t kMostExpected = 65536;

}  // namespace

void ShortLivedSockets::Listen(const Query& query) {
  found_.Clear();
  // Where that fails, sockets that opened and closed between two reads are not reported.
  if (!begun_) static_cast<void>(ListenForDestroyEvents(query, &events_));
  begun_ = true;
  if (events_) all_ = events_->Drain(found_);
}

void ShortLivedSockets::ExpectClosed(const Row& row) {
  // The system reported a connection when it came to TIME_WAIT.
  if (row.state != State::kTimeWait) ExpectLingering(row);
}

void ShortLivedSockets::ExpectLingering(const Row& before) {
  if (before.cookie != 0) Expect(HashOfSocket(before));
}

// Linux gives out cookies when they are asked for: TIME_WAIT has one of its own where no program
// had asked before (net/ipv4/tcp_minisocks.c, tcp_time_wait).
void ShortLivedSockets::ExpectUnseen(const Row& time_wait) { Expect(HashOfAddresses(time_wait)); }

// The kernel reports from a work queue, maybe after the read that shows it (net/core/sock_diag.c).
void ShortLivedSockets::Expect(uint64_t key) {
  if (!events_ || !expected_.insert(key).second) return;
  order_.push_back(key);
  const auto first_is_over = [&] {
    return expected_.size() > kMostExpected || order_.size() > 4 * kMostExpected ||
           expected_.count(order_.front()) == 0;
  };
  while (first_is_over()) {
    expected_.erase(order_.front());
    order_.pop_front();
  }
}

void ShortLivedSockets::Find(SocketTable* next) {
  if (!events_) return;
  // Rows of /proc/net have no identity: which of them were reported before is then not known.
  if ((next->report.sources & Bit(Source::kProcfs)) != 0) return found_.Clear();
  size_t kept = 0;
  for (size_t i = 0; i < found_.size(); i++) {
    const Row& row = found_[i];
    const bool known =
        expected_.erase(HashOfSocket(row)) > 0 || expected_.erase(HashOfAddresses(row)) > 0;
    if (!known) found_.Move(i, kept++);
  }
  found_.Truncate(kept);
  next->report.Set(ReportFlag::kDestroyEvents);
  if (!all_) next->report.Set(ReportFlag::kDestroyEventsMissed);
}

}  // namespace socktable
