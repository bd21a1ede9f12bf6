#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "layout.h"

namespace socktable {

struct PortRange {
  uint16_t first;
  uint16_t last;
};

// What is asked. Everything here is applied by the kernel where it can, else by the reader before
// rows are packed.
struct Query {
  static constexpr uint32_t kBothFamilies = Bit(Family::kIPv4) | Bit(Family::kIPv6);
  static constexpr uint32_t kAnyUdp = Bit(UdpPeer::kUnconnected) | Bit(UdpPeer::kConnected);

  uint32_t protocols = 0;   // bits of Protocol
  uint32_t families = 0;    // bits of Family
  uint32_t tcp_states = 0;  // bits of State; 0 leaves TCP out
  uint32_t udp_peers = 0;   // bits of UdpPeer; 0 leaves UDP out
  uint32_t include = 0;     // bits of Include
  Owners owners = Owners::kNone;
  // Owners are not read with the rows, but later: see owners_are_separate in source.h.
  bool owners_follow = false;
  Source source = Source::kAuto;
  std::vector<PortRange> local_ports;   // empty: any
  std::vector<PortRange> remote_ports;  // empty: any
  std::vector<uint32_t> pids;           // empty: any

  // Set from another thread to end the read early with ECANCELED.
  const std::atomic<bool>* cancelled = nullptr;

  bool Includes(Protocol protocol) const {
    const uint32_t any = protocol == Protocol::kTcp ? tcp_states : udp_peers;
    return (protocols & Bit(protocol)) != 0 && any != 0;
  }
  bool Includes(Family family) const { return (families & Bit(family)) != 0; }
  bool Includes(Include what) const { return (include & Bit(what)) != 0; }
  // Asking for the sockets of some processes takes their owners too.
  bool NeedsOwners() const { return owners != Owners::kNone || !pids.empty(); }
  bool Cancelled() const {
    return cancelled != nullptr && cancelled->load(std::memory_order_relaxed);
  }

  // True where the row is one of those asked for. PIDs are not looked at: a row has none yet.
  bool Matches(const Row& row) const;
};

// Decodes a query that JavaScript sends. False if it is not one of this version.
[[nodiscard]] bool DecodeQuery(const uint32_t* words, size_t count, Query* query);

}  // namespace socktable
