#pragma once

#include <cstddef>
#include <cstdint>

#include "../core/query.h"

namespace socktable {

// How much a table of IP Helper shows of each socket.
enum class MibDetail : uint8_t { kPlain, kOwner, kModule };

// Where things stand in a table: a count of rows in the first four bytes, then the rows. The same
// on x64, arm64 and x86; mib_layout_check.cc compares each number with the headers of Windows.
struct MibLayout {
  static constexpr uint16_t kNone = UINT16_MAX;

  Protocol protocol;
  bool ipv6;
  MibDetail detail;
  uint16_t first;  // byte at which the rows begin
  uint16_t size;   // of a row
  uint16_t state;  // from here on: bytes into a row, or kNone
  uint16_t local_address;
  uint16_t local_scope;
  uint16_t local_port;
  uint16_t remote_address;
  uint16_t remote_scope;
  uint16_t remote_port;
  uint16_t pid;
  uint16_t created;
};

// By protocol, family and detail. Tables with modules begin at 8 since their rows hold 64-bit
// numbers. A plain IPv6 row has its state first, the others nearly last.
inline constexpr MibLayout kMibLayouts[] = {
    // protocol, ipv6, detail, first, size, state,
    // local address, scope and port, remote address, scope and port, pid, created
    {Protocol::kTcp, false, MibDetail::kPlain, 4, 20, 0,  //
     4, MibLayout::kNone, 8, 12, MibLayout::kNone, 16, MibLayout::kNone, MibLayout::kNone},
    {Protocol::kTcp, false, MibDetail::kOwner, 4, 24, 0,  //
     4, MibLayout::kNone, 8, 12, MibLayout::kNone, 16, 20, MibLayout::kNone},
    {Protocol::kTcp, false, MibDetail::kModule, 8, 160, 0,  //
     4, MibLayout::kNone, 8, 12, MibLayout::kNone, 16, 20, 24},
    {Protocol::kTcp, true, MibDetail::kPlain, 4, 52, 0,  //
     4, 20, 24, 28, 44, 48, MibLayout::kNone, MibLayout::kNone},
    {Protocol::kTcp, true, MibDetail::kOwner, 4, 56, 48,  //
     0, 16, 20, 24, 40, 44, 52, MibLayout::kNone},
    {Protocol::kTcp, true, MibDetail::kModule, 8, 192, 48,  //
     0, 16, 20, 24, 40, 44, 52, 56},
    {Protocol::kUdp, false, MibDetail::kPlain, 4, 8, MibLayout::kNone,  //
     0, MibLayout::kNone, 4, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone,
     MibLayout::kNone},
    {Protocol::kUdp, false, MibDetail::kOwner, 4, 12, MibLayout::kNone,  //
     0, MibLayout::kNone, 4, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone, 8,
     MibLayout::kNone},
    {Protocol::kUdp, false, MibDetail::kModule, 8, 160, MibLayout::kNone,  //
     0, MibLayout::kNone, 4, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone, 8, 16},
    {Protocol::kUdp, true, MibDetail::kPlain, 4, 24, MibLayout::kNone,  //
     0, 16, 20, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone,
     MibLayout::kNone},
    {Protocol::kUdp, true, MibDetail::kOwner, 4, 28, MibLayout::kNone,  //
     0, 16, 20, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone, 24, MibLayout::kNone},
    {Protocol::kUdp, true, MibDetail::kModule, 8, 176, MibLayout::kNone,  //
     0, 16, 20, MibLayout::kNone, MibLayout::kNone, MibLayout::kNone, 24, 32},
};

constexpr const MibLayout& MibLayoutOf(Protocol protocol, bool ipv6, MibDetail detail) {
  return kMibLayouts[(protocol == Protocol::kUdp ? 6 : 0) + (ipv6 ? 3 : 0) +
                     static_cast<int>(detail)];
}

}  // namespace socktable
