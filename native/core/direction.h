#pragma once

#include <bitset>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "socket_table.h"

namespace socktable {

// Whether a socket waits for peers: a listener, or a UDP socket that is not connected.
inline bool WaitsForPeers(const Row& row) {
  return row.protocol == Protocol::kTcp ? row.state == State::kListen : !row.HasPeer();
}

// The sockets of one network namespace that wait for peers. A connection at an address and port
// that one of them takes came in; any other was opened here.
class Listeners {
 public:
  void Add(const Row& row);

  // Says of each row that has a peer which way it went.
  void SetDirections(SocketTable& table) const;

 private:
  static size_t PlaceOf(const Row& row) {
    return static_cast<size_t>(row.protocol) << 16 | row.local_port;
  }
  bool Take(const Row& row) const;

  // By protocol and port: any address of the family.
  std::bitset<kProtocolCount << 16> any_ipv4_;
  std::bitset<kProtocolCount << 16> any_ipv6_;
  // Those of one address alone.
  std::unordered_map<size_t, std::vector<Row>> others_;
};

}  // namespace socktable
