#include "../bind_probe.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "unique_fd.h"

namespace socktable {
namespace {

// A name of either family.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress AddressOf(const BindAttempt& attempt) {
  SocketAddress address;
  if (attempt.ipv6) {
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_port = htons(attempt.port);
    name.sin6_scope_id = attempt.scope;
    memcpy(&name.sin6_addr, attempt.address, sizeof name.sin6_addr);
    memcpy(&address.storage, &name, address.size = sizeof name);
  } else {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(attempt.port);
    memcpy(&name.sin_addr, attempt.address, sizeof name.sin_addr);
    memcpy(&address.storage, &name, address.size = sizeof name);
  }
  return address;
}

// A socket that no program started meanwhile inherits; macOS can't say so in the same call.
UniqueFd OpenSocket(int family, int type) {
#ifdef SOCK_CLOEXEC
  return UniqueFd(socket(family, type | SOCK_CLOEXEC, 0));
#else
  UniqueFd fd(socket(family, type, 0));
  if (fd.valid()) fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

Status SetOption(int fd, int level, int option, bool on, const char* call) {
  const int value = on ? 1 : 0;
  if (setsockopt(fd, level, option, &value, sizeof value) == 0) return Status::Ok();
  return Status::Os(errno, call);
}

// Leaves the bound socket in `bound`.
Status Bind(const BindAttempt& attempt, UniqueFd* bound) {
  const int type = attempt.protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  UniqueFd fd = OpenSocket(attempt.ipv6 ? AF_INET6 : AF_INET, type);
  if (!fd.valid()) return Status::Os(errno, "socket");
  Status status;
  const auto has = [&](uint32_t option) { return (attempt.options & option) != 0; };
  if (has(BindAttempt::kReuseAddress)) {
    status = SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, true, "setsockopt(SO_REUSEADDR)");
    if (!status.ok()) return status;
  }
  if (has(BindAttempt::kReusePort)) {
    status = SetOption(fd.get(), SOL_SOCKET, SO_REUSEPORT, true, "setsockopt(SO_REUSEPORT)");
    if (!status.ok()) return status;
  }
  if (attempt.ipv6) {
    const bool only = has(BindAttempt::kV6Only);
    status = SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, only, "setsockopt(IPV6_V6ONLY)");
    if (!status.ok()) return status;
  }
  SocketAddress address = AddressOf(attempt);
  if (bind(fd.get(), address.get(), address.size) != 0) return Status::Os(errno, "bind");
  *bound = std::move(fd);
  return Status::Ok();
}

// Both families have the port in the same place.
uint16_t PortIn(const SocketAddress& name) {
  sockaddr_in start;
  memcpy(&start, &name.storage, sizeof start);
  return ntohs(start.sin_port);
}

Status PortOf(int fd, uint16_t* port) {
  SocketAddress name;
  name.size = sizeof name.storage;
  if (getsockname(fd, name.get(), &name.size) != 0) return Status::Os(errno, "getsockname");
  *port = PortIn(name);
  return Status::Ok();
}

// Binds the wildcard of both families, or of IPv4 where there is no IPv6.
Status BindWildcard(uint16_t port, uint32_t options, UniqueFd* bound) {
  BindAttempt attempt{};
  attempt.ipv6 = true;
  attempt.options = options;
  attempt.port = port;
  Status status = Bind(attempt, bound);
  if (status.code != EAFNOSUPPORT && status.code != EADDRNOTAVAIL) return status;
  attempt.ipv6 = false;
  return Bind(attempt, bound);
}

// Connects to the listener over loopback and closes the accepted end first, whose port then stays
// in TIME_WAIT: a minute on Linux (TCP_TIMEWAIT_LEN in include/net/tcp.h), two times
// net.inet.tcp.msl on macOS.
Status LeaveTimeWait(int listener, uint16_t port) {
  // Loopback answers at once; the limit is for a host where it is shut.
  const timeval limit{2, 0};
  const UniqueFd client = OpenSocket(AF_INET, SOCK_STREAM);
  if (!client.valid()) return Status::Os(errno, "socket");
  if (setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0 ||
      setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) {
    return Status::Os(errno, "setsockopt(SO_RCVTIMEO)");
  }
  sockaddr_in loopback{};
  loopback.sin_family = AF_INET;
  loopback.sin_port = htons(port);
  loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(client.get(), reinterpret_cast<sockaddr*>(&loopback), sizeof loopback) != 0) {
    return Status::Os(errno, "connect");
  }
  uint16_t own_port = 0;
  Status status = PortOf(client.get(), &own_port);
  if (!status.ok()) return status;
  UniqueFd accepted;
  // Somebody else may connect in this moment.
  for (uint16_t peer_port = 0; peer_port != own_port;) {
    // accept(2) minds no timeout on macOS.
    pollfd ready{listener, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(limit.tv_sec) * 1000) <= 0) {
      return Status::Os(ETIMEDOUT, "accept");
    }
    SocketAddress peer;
    peer.size = sizeof peer.storage;
    accepted = UniqueFd(accept(listener, peer.get(), &peer.size));
    if (!accepted.valid()) return Status::Os(errno, "accept");
    fcntl(accepted.get(), F_SETFD, FD_CLOEXEC);
    peer_port = PortIn(peer);
  }
  // What is in TIME_WAIT lets others bind with SO_REUSEADDR if it had that itself
  // (net/ipv4/inet_connection_sock.c, inet_bind_conflict).
  status = SetOption(accepted.get(), SOL_SOCKET, SO_REUSEADDR, true, "setsockopt(SO_REUSEADDR)");
  if (!status.ok()) return status;
  accepted = UniqueFd();
  char end;
  if (recv(client.get(), &end, sizeof end, 0) < 0) return Status::Os(errno, "recv");
  return Status::Ok();
}

}  // namespace

Status TryBind(const BindAttempt& attempt) {
  UniqueFd bound;
  return Bind(attempt, &bound);
}

Status HoldPort(uint16_t* port) {
  UniqueFd listener;
  // Without SO_REUSEADDR a bind fails for a port that is held already: of all who want to hold it
  // one succeeds.
  Status status = BindWildcard(*port, 0, &listener);
  if (!status.ok() || !listener.valid()) return status;
  status = PortOf(listener.get(), port);
  if (!status.ok()) return status;
  if (listen(listener.get(), 1) != 0) return Status::Os(errno, "listen");
  status = LeaveTimeWait(listener.get(), *port);
  if (!status.ok()) return status;
  listener = UniqueFd();
  // A kernel with no room for TIME_WAIT (Linux: net.ipv4.tcp_max_tw_buckets) holds nothing, and
  // what nobody at all can bind is of no use.
  UniqueFd again;
  if (BindWildcard(*port, 0, &again).ok() ||
      !BindWildcard(*port, BindAttempt::kReuseAddress, &again).ok()) {
    return Status::Os(ENOTSUP, "hold");
  }
  return Status::Ok();
}

}  // namespace socktable
