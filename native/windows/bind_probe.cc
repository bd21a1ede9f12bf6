#include <cstdlib>
#include <cstring>

#include "../core/actions.h"
#include "unique_handle.h"
#include "windows_headers.h"

namespace socktable {
namespace {

Status Failed(const char* call) { return Status::Os(WSAGetLastError(), call); }

Status SetOption(SOCKET socket, int level, int option, bool on, const char* call) {
  const DWORD value = on ? 1 : 0;
  const auto* bytes = reinterpret_cast<const char*>(&value);
  if (setsockopt(socket, level, option, bytes, sizeof value) == 0) return Status::Ok();
  return Failed(call);
}

Status BindTo(SOCKET socket, const BindAttempt& attempt) {
  if (attempt.family == Family::kIPv6) {
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_port = htons(attempt.port);
    name.sin6_scope_id = attempt.scope;
    memcpy(&name.sin6_addr, attempt.address, sizeof name.sin6_addr);
    if (bind(socket, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) return Failed("bind");
  } else {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(attempt.port);
    memcpy(&name.sin_addr, attempt.address, sizeof name.sin_addr);
    if (bind(socket, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) return Failed("bind");
  }
  return Status::Ok();
}

}  // namespace

// libuv, which is in every host of an addon, has called WSAStartup.
Status TryBind(const BindAttempt& attempt) {
  const int type = attempt.protocol == Protocol::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  const UniqueSocket socket(WSASocketW(attempt.family == Family::kIPv6 ? AF_INET6 : AF_INET, type,
                                       0, nullptr, 0, WSA_FLAG_NO_HANDLE_INHERIT));
  if (!socket.valid()) return Failed("socket");
  Status status;
  if (attempt.Has(BindOption::kReuseAddress)) {
    status = SetOption(socket.get(), SOL_SOCKET, SO_REUSEADDR, true, "setsockopt(SO_REUSEADDR)");
    if (!status.ok()) return status;
  }
  if (attempt.Has(BindOption::kExclusive)) {
    status = SetOption(socket.get(), SOL_SOCKET, SO_EXCLUSIVEADDRUSE, true,
                       "setsockopt(SO_EXCLUSIVEADDRUSE)");
    if (!status.ok()) return status;
  }
  if (attempt.family == Family::kIPv6) {
    const bool only = attempt.Has(BindOption::kV6Only);
    status = SetOption(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, only, "setsockopt(IPV6_V6ONLY)");
    if (!status.ok()) return status;
  }
  return BindTo(socket.get(), attempt);
}

uint32_t InterfaceIndex(const char* zone) { return strtoul(zone, nullptr, 10); }

}  // namespace socktable
