#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "../core/events.h"
#include "sock_diag.h"

namespace socktable {
namespace {

// Groups of NETLINK_SOCK_DIAG, as bits (include/uapi/linux/sock_diag.h, SKNLGRP_*). Any process may
// join (net/core/sock_diag.c, NL_CFG_F_NONROOT_RECV).
constexpr uint32_t kTcpGroups = 1 << 0 | 1 << 2;
constexpr uint32_t kUdpGroups = 1 << 1 | 1 << 3;

// Room for some ten thousand events; what does not fit is lost, which the kernel says.
constexpr int kReceiveBuffer = 16 << 20;
constexpr size_t kMostEvent = 8192;

// Every state that a connection goes through. The event says none of them.
constexpr uint32_t kConnectionStates =
    Bit(State::kSynSent) | Bit(State::kSynReceived) | Bit(State::kEstablished) |
    Bit(State::kFinWait1) | Bit(State::kFinWait2) | Bit(State::kCloseWait) | Bit(State::kClosing) |
    Bit(State::kLastAck) | Bit(State::kTimeWait) | Bit(State::kClosed);

// The events of one protocol.
class EventSocket {
 public:
  Status Open(Protocol protocol) {
    protocol_ = protocol;
    fd_ = UniqueFd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = protocol == Protocol::kTcp ? kTcpGroups : kUdpGroups;
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    if (!fd_.valid()) return Status::Os(errno, "socket(NETLINK_SOCK_DIAG)");
    if (bind(fd_.get(), name, sizeof address) != 0) {
      return Status::Os(errno, "bind(NETLINK_SOCK_DIAG)");
    }
    // The first takes CAP_NET_ADMIN, the other one stops at net.core.rmem_max.
    const int size = kReceiveBuffer;
    if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
      setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    return Status::Ok();
  }

  // Reads all that there is; false where events were lost.
  bool Read(RowCollector& rows) {
    bool all = true;
    for (;;) {
      sockaddr_nl sender{};
      socklen_t sender_size = sizeof sender;
      auto* name = reinterpret_cast<sockaddr*>(&sender);
      const ssize_t size =
          recvfrom(fd_.get(), buffer_.data(), buffer_.size(), 0, name, &sender_size);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == ENOBUFS) {
        all = false;
        continue;
      }
      if (size < 0) return all && errno == EAGAIN;
      // Any process may send to a netlink socket.
      if (sender.nl_pid != 0) continue;
      // An event looks like the reply to a request of number 0.
      ParseDiagReplies(buffer_.data(), static_cast<size_t>(size), 0, protocol_, rows);
    }
  }

 private:
  Protocol protocol_ = Protocol::kTcp;
  UniqueFd fd_;
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(kMostEvent);
};

// What a query must ask for so that nothing is kept from a parser of events.
Query WithAllStates(Query query) {
  query.tcp_states = UINT32_MAX;
  query.udp_peers = Query::kAnyUdp;
  return query;
}

class DestroyGroups : public DestroyEvents {
 public:
  explicit DestroyGroups(const Query& query) : query_(query), all_states_(WithAllStates(query)) {}

  Status Open(Protocol protocol) { return sockets_.emplace_back().Open(protocol); }

  bool Drain(SocketTable& table) override {
    const size_t first = table.size();
    bool all = true;
    {
      RowCollector rows(all_states_, table);
      for (EventSocket& socket : sockets_) all &= socket.Read(rows);
    }
    size_t kept = first;
    for (size_t i = first; i < table.size(); i++) {
      if (!Complete(&table[i])) continue;
      table.details[i] = Details{};
      table.Move(i, kept++);
    }
    table.Truncate(kept);
    return all;
  }

 private:
  // An event has addresses and the cookie (net/ipv4/inet_diag.c, inet_diag_handler_get_info).
  // False for a socket that had no port, or no peer, which may have been bound alone.
  bool Complete(Row* row) const {
    if (row->protocol == Protocol::kTcp) {
      if (row->remote_port == 0) return false;
      row->state = State::kClosed;
      row->flags |= Row::kFlagPeer;
    }
    const bool asked = query_.owners != Owners::kNone;
    row->owner_unknown = asked ? OwnerUnknown::kGone : OwnerUnknown::kNotAsked;
    return row->local_port != 0 && query_.Matches(*row);
  }

  const Query query_;
  const Query all_states_;
  std::vector<EventSocket> sockets_;
};

}  // namespace

Status ListenForDestroyEvents(const Query& query, std::unique_ptr<DestroyEvents>* events) {
  const bool tcp =
      query.Includes(Protocol::kTcp) && (query.tcp_states & kConnectionStates) == kConnectionStates;
  const bool udp = query.Includes(Protocol::kUdp) && query.udp_peers != 0;
  if (query.source == Source::kProcfs || !query.pids.empty() || (!tcp && !udp)) {
    return Status::Os(ENOTSUP, "ListenForDestroyEvents");
  }
  auto groups = std::make_unique<DestroyGroups>(query);
  Status status = tcp ? groups->Open(Protocol::kTcp) : Status::Ok();
  if (status.ok() && udp) status = groups->Open(Protocol::kUdp);
  if (status.ok()) *events = std::move(groups);
  return status;
}

}  // namespace socktable
