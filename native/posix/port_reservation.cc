#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "../core/actions.h"
#include "bound_socket.h"

namespace socktable {
namespace {

// The client's end of a connection that reserves a port, 127.83.75.84 (S, K, T in ASCII): by it the
// row in TIME_WAIT is known for what it is. src/ports/free/reserved.ts has the same.
constexpr uint32_t kReserver = 0x7f534b54;

// Keeps a port by a socket that is bound and never listens.
class SocketReservation : public PortReservation {
 public:
  explicit SocketReservation(UniqueFd bound) : bound_(std::move(bound)) {}

 private:
  UniqueFd bound_;
};

// Both families have the port in the same place.
uint16_t PortIn(const sockaddr_storage& name) {
  sockaddr_in start;
  memcpy(&start, &name, sizeof start);
  return ntohs(start.sin_port);
}

// Binds the wildcard of both families, or of IPv4 where there is no IPv6.
Status BindWildcard(uint16_t port, uint32_t options, UniqueFd* bound) {
  BindAttempt attempt{};
  attempt.family = Family::kIPv6;
  attempt.options = options;
  attempt.port = port;
  Status status = BindSocket(attempt, bound);
  if (status.code != EAFNOSUPPORT && status.code != EADDRNOTAVAIL) return status;
  attempt.family = Family::kIPv4;
  return BindSocket(attempt, bound);
}

// Without SO_REUSEADDR a bind fails for a port that any socket has, and so for one that is reserved
// already.
Status BindAlone(uint16_t port, UniqueFd* bound) { return BindWildcard(port, 0, bound); }

// Checks that the port is refused to a bind without SO_REUSEADDR, and given to one with it.
Status CheckReserved(uint16_t port, const char* call) {
  UniqueFd again;
  if (BindAlone(port, &again).ok()) return Status::Os(ENOTSUP, call);
  const Status status = BindWildcard(port, Bit(BindOption::kReuseAddress), &again);
  return status.code == EADDRINUSE ? Status::Os(ENOTSUP, call) : status;
}

// Others may bind the port with SO_REUSEADDR where each socket that has it says so too, and does
// not listen (Linux: inet_bind_conflict in net/ipv4/inet_connection_sock.c).
Status AllowReuse(int fd) {
  return SetOption(fd, SOL_SOCKET, SO_REUSEADDR, true, "setsockopt(SO_REUSEADDR)");
}

Status BindToReserver(int client) {
#ifdef IP_BIND_ADDRESS_NO_PORT
  // The port is chosen by connect(), which shares ports with connections to other places.
  const int on = 1;
  static_cast<void>(setsockopt(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on));
#endif
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(kReserver);
  if (bind(client, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0) return Status::Ok();
  // Linux has all of 127.0.0.0/8, macOS 127.0.0.1 alone.
  return errno == EADDRNOTAVAIL ? Status::Ok() : Status::Os(errno, "bind");
}

// Connects to the listener over loopback and closes the accepted end first, whose port then stays
// in TIME_WAIT: a minute on Linux (TCP_TIMEWAIT_LEN in include/net/tcp.h), two times
// net.inet.tcp.msl on macOS.
Status LeaveTimeWait(int listener, uint16_t port) {
  // Loopback answers immediately; the limit is for hosts that filter it.
  const timeval limit{2, 0};
  const UniqueFd client = OpenSocket(AF_INET, SOCK_STREAM);
  if (!client.valid()) return Status::Os(errno, "socket");
  if (setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
      setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) {
    return Status::Os(errno, "setsockopt(SO_RCVTIMEO)");
  }
  Status status = BindToReserver(client.get());
  if (!status.ok()) return status;
  sockaddr_in loopback{};
  loopback.sin_family = AF_INET;
  loopback.sin_port = htons(port);
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client.get(), reinterpret_cast<sockaddr*>(&loopback), sizeof loopback) != 0) {
    // connect(2) says so where SO_SNDTIMEO is over.
    return Status::Os(errno == EINPROGRESS ? ETIMEDOUT : errno, "connect");
  }
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(client.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    return Status::Os(errno, "getsockname");
  }
  const uint16_t own_port = PortIn(name);
  UniqueFd accepted;
  // Others may connect in this moment.
  for (uint16_t peer_port = 0; peer_port != own_port;) {
    // accept(2) minds no timeout on macOS.
    pollfd ready{listener, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(limit.tv_sec) * 1000) <= 0) {
      return Status::Os(ETIMEDOUT, "accept");
    }
    sockaddr_storage peer{};
    size = sizeof peer;
    accepted = UniqueFd(accept(listener, reinterpret_cast<sockaddr*>(&peer), &size));
    if (!accepted.valid()) return Status::Os(errno, "accept");
    fcntl(accepted.get(), F_SETFD, FD_CLOEXEC);
    peer_port = PortIn(peer);
  }
  // What is in TIME_WAIT keeps what it said as a socket.
  status = AllowReuse(accepted.get());
  if (!status.ok()) return status;
  accepted = UniqueFd();
  char end;
  if (recv(client.get(), &end, sizeof end, 0) < 0) return Status::Os(errno, "recv");
  return Status::Ok();
}

}  // namespace

// Linux: where a bind had the port, no outgoing connection is given it (__inet_hash_connect in
// net/ipv4/inet_hashtables.c), and no bind to port 0 (inet_csk_find_open_port, where sockets that
// both have SO_REUSEADDR are in each other's way). BSD lets no two sockets that do not listen have
// one port at one address, whatever they say (bsd/netinet/in_pcb.c, in_pcbbind): CheckReserved
// finds that out.
Status ReservePort(uint16_t port, std::unique_ptr<PortReservation>* reservation) {
  UniqueFd bound;
  Status status = BindAlone(port, &bound);
  if (!status.ok()) return status;
  status = AllowReuse(bound.get());
  if (!status.ok()) return status;
  status = CheckReserved(port, "reserve");
  if (!status.ok()) return status;
  *reservation = std::make_unique<SocketReservation>(std::move(bound));
  return Status::Ok();
}

Status ReservePortByTimeWait(uint16_t port) {
  UniqueFd listener;
  Status status = BindAlone(port, &listener);
  if (!status.ok()) return status;
  if (listen(listener.get(), 1) != 0) return Status::Os(errno, "listen");
  status = LeaveTimeWait(listener.get(), port);
  if (!status.ok()) return status;
  listener = UniqueFd();
  // A kernel with no room for TIME_WAIT (Linux: net.ipv4.tcp_max_tw_buckets) keeps nothing.
  return CheckReserved(port, "hold");
}

}  // namespace socktable
