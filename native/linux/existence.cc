#include "existence.h"

#include <cerrno>

#include "sock_diag_table.h"

namespace socktable {
namespace {

// Each takes two system calls or a look through a list; a read must not grow by more than a few
// milliseconds.
constexpr size_t kMostAsked = 1024;

// Listeners and UDP sockets are few and have tables of their own, which are read in microseconds.
Status ReadOthers(SocketTable& table) {
  Query query;
  query.protocols = Bit(Protocol::kTcp) | Bit(Protocol::kUdp);
  query.families = Query::kBothFamilies;
  query.tcp_states = Bit(State::kListen);
  query.udp_peers = Query::kAnyUdp;
  Status status = ReadSockDiag(Protocol::kTcp, query, table);
  return status.ok() ? ReadSockDiag(Protocol::kUdp, query, table) : status;
}

}  // namespace

ExistenceCheck::Answer ExistenceCheck::Ask(const Row& row) {
  if (row.cookie == 0 || row.state == State::kBound) return Answer::kMayBeThere;
  if (asked_++ >= kMostAsked) return Answer::kNotAsked;
  const bool connection = row.protocol == Protocol::kTcp && row.HasPeer();
  const bool gone = connection ? ConnectionIsGone(row) : OtherIsGone(row);
  return gone ? Answer::kGone : Answer::kMayBeThere;
}

bool ExistenceCheck::ConnectionIsGone(const Row& row) {
  if (!opened_) {
    opened_ = true;
    failed_ = !diag_.Open().ok();
  }
  if (failed_) return false;
  const Status status = diag_.Find(row);
  if (!status.ok() && status.code != ENOENT) failed_ = true;
  return status.code == ENOENT;
}

// Several of these may share an address, and the kernel answers a question for one address with any
// of them: they are looked for in a second reading instead.
bool ExistenceCheck::OtherIsGone(const Row& row) {
  if (!others_read_) {
    others_read_ = true;
    others_failed_ = !ReadOthers(others_).ok();
  }
  if (others_failed_) return false;
  for (size_t i = 0; i < others_.size(); i++) {
    if (others_[i].cookie == row.cookie) return false;
  }
  return true;
}

}  // namespace socktable
