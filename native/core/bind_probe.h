#pragma once

#include <cstdint>

#include "query.h"
#include "status.h"

namespace socktable {

// A bind to try, with the options that a server would set.
struct BindAttempt {
  static constexpr uint32_t kV6Only = 1;
  static constexpr uint32_t kReuseAddress = 2;
  static constexpr uint32_t kReusePort = 4;
  static constexpr uint32_t kExclusive = 8;  // Windows: SO_EXCLUSIVEADDRUSE

  Protocol protocol = Protocol::kTcp;
  bool ipv6 = false;
  uint32_t options = 0;
  uint16_t port = 0;    // 0: one that the system chooses
  uint32_t scope = 0;   // of a link-local IPv6 address
  uint8_t address[16];  // in network order; IPv4: the first four bytes
};

// Binds a socket and closes it again; says whether that went well. Never listens: that could take a
// connection from a client, and makes the firewall of Windows ask its user.
Status TryBind(const BindAttempt& attempt);

// The number of the interface that a zone of an address names (fe80::1%eth0), as libuv takes it:
// its name, or on Windows its number. 0 where there is none.
uint32_t InterfaceIndex(const char* zone);

}  // namespace socktable
