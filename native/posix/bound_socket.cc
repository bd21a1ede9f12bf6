#include "bound_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

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
  if (attempt.family == Family::kIPv6) {
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

}  // namespace

// macOS can't ask for close-on-exec in the same call.
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

Status BindSocket(const BindAttempt& attempt, UniqueFd* bound) {
  const int type = attempt.protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  UniqueFd fd = OpenSocket(attempt.family == Family::kIPv6 ? AF_INET6 : AF_INET, type);
  if (!fd.valid()) return Status::Os(errno, "socket");
  Status status;
  if (attempt.Has(BindOption::kReuseAddress)) {
    status = SetOption(fd.get(), SOL_SOCKET, SO_REUSEADDR, true, "setsockopt(SO_REUSEADDR)");
    if (!status.ok()) return status;
  }
  if (attempt.Has(BindOption::kReusePort)) {
    status = SetOption(fd.get(), SOL_SOCKET, SO_REUSEPORT, true, "setsockopt(SO_REUSEPORT)");
    if (!status.ok()) return status;
  }
  if (attempt.family == Family::kIPv6) {
    const bool only = attempt.Has(BindOption::kV6Only);
    status = SetOption(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, only, "setsockopt(IPV6_V6ONLY)");
    if (!status.ok()) return status;
  }
  SocketAddress address = AddressOf(attempt);
  if (bind(fd.get(), address.get(), address.size) != 0) return Status::Os(errno, "bind");
  *bound = std::move(fd);
  return Status::Ok();
}

}  // namespace socktable
