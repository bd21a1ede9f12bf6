#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace socktable {

struct Row;

// Version of the array of 32-bit words that carries a query from JavaScript (src/layout.ts).
constexpr uint32_t kQueryVersion = 2;

enum class Protocol : uint8_t { kTcp = 0, kUdp = 1 };

// RFC 9293 states, numbered by us: every system has numbers of its own, and they stop at its
// reader. kNone is a UDP socket or a state that this version does not know.
enum class State : uint8_t {
  kNone = 0,
  kClosed,
  kListen,
  kSynSent,
  kSynReceived,
  kEstablished,
  kFinWait1,
  kFinWait2,
  kCloseWait,
  kClosing,
  kLastAck,
  kTimeWait,
  kBound,  // bound to a port, neither listening nor connected
};
constexpr uint32_t kStateCount = 13;

enum class Owners : uint32_t {
  kNone = 0,
  kFirst = 1,  // one holder of each socket is enough: stop as soon as each has one
  kAll = 2,    // every holder of each socket
};

enum class Source : uint32_t {
  kAuto = 0,
  kSockDiag = 1,
  kProcfs = 2,
  kIpHelper = 3,
  kPcbList = 4,
  kLibproc = 5,
};

template <class Enum>
constexpr uint32_t Bit(Enum value) {
  return 1u << static_cast<uint32_t>(value);
}

struct PortRange {
  uint16_t first;
  uint16_t last;
};

// What is asked. Everything here is applied by the kernel where it can, else by the reader before
// rows are packed.
struct Query {
  static constexpr uint32_t kIPv4 = 1;
  static constexpr uint32_t kIPv6 = 2;
  static constexpr uint32_t kUdpUnconnected = 1;
  static constexpr uint32_t kUdpConnected = 2;
  static constexpr uint32_t kNames = 1;
  static constexpr uint32_t kTimes = 2;
  static constexpr uint32_t kServices = 4;

  uint32_t protocols = 0;   // Bit(Protocol)
  uint32_t families = 0;    // kIPv4 | kIPv6
  uint32_t tcp_states = 0;  // Bit(State); 0 leaves TCP out
  uint32_t udp_peers = 0;   // kUdpUnconnected | kUdpConnected; 0 leaves UDP out
  Owners owners = Owners::kNone;
  bool names = false;     // of processes
  bool times = false;     // when each socket was made
  bool services = false;  // the service behind each socket
  Source source = Source::kAuto;
  std::vector<PortRange> local_ports;   // empty: any
  std::vector<PortRange> remote_ports;  // empty: any
  std::vector<uint32_t> pids;           // empty: any

  // Set from another thread to end the read early with ECANCELED.
  const std::atomic<bool>* cancelled = nullptr;

  bool Wants(Protocol protocol) const { return (protocols & Bit(protocol)) != 0; }
  // Asking for the sockets of some processes takes their owners too.
  bool WantsOwners() const { return owners != Owners::kNone || !pids.empty(); }
  bool Cancelled() const {
    return cancelled != nullptr && cancelled->load(std::memory_order_relaxed);
  }

  // True where the row is one of those asked for. PIDs are not looked at: a row has none yet.
  bool Matches(const Row& row) const;
};

// Decodes the words that JavaScript sends. False where they are not a query of this version.
[[nodiscard]] bool DecodeQuery(const uint32_t* words, size_t count, Query* query);

}  // namespace socktable
