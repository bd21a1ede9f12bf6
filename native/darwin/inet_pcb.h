#pragma once

#include <cstdint>

#include "../core/socket_table.h"

namespace socktable {

// What XNU reports of a socket, in its own numbers, by whichever interface it was asked.
struct InetPcb {
  // inp_vflag. Both of them: an IPv6 socket that takes IPv4 too.
  static constexpr uint8_t kIPv4 = 1;
  static constexpr uint8_t kIPv6 = 2;
  // so_state
  static constexpr uint16_t kNoDescriptor = 0x0001;
  static constexpr uint16_t kIncomplete = 0x0800;    // in a listener's queue, not connected yet
  static constexpr uint16_t kComplete = 0x1000;      // in a listener's queue
  static constexpr uint16_t kDisconnected = 0x2000;  // it had a peer
  // xso_family
  static constexpr int32_t kFamilyIPv6 = 30;

  Protocol protocol = Protocol::kTcp;
  // inp_gencnt: a number that no other socket of its protocol gets until the next boot. 0: a flow
  // of the Network framework, which is no socket (bsd/net/ntstat.c, nstat_userland_to_xinpcb_n).
  uint64_t generation = 0;
  int32_t family = 0;  // 0 where there is no socket (any more)
  uint8_t version = 0;
  uint16_t local_port = 0;
  uint16_t remote_port = 0;
  uint8_t local_address[16] = {};  // an IPv4 address is in the last four bytes
  uint8_t remote_address[16] = {};
  int32_t tcp_state = 0;
  bool has_socket = false;  // what follows was reported
  uint16_t socket_state = 0;
  uint16_t queued = 0;      // of a listener: connections in its queue, these included:
  uint16_t incomplete = 0;  // those that are not connected yet
  uint16_t backlog = 0;
  uint32_t receive_bytes = 0;
  uint32_t send_bytes = 0;
  bool has_uid = false;
  uint32_t uid = 0;
  uint32_t last_pid = 0;  // 0: not reported
};

// Fills a zeroed row, without owners. False if the socket has no port, so that it occupies none.
bool FillRow(const InetPcb& pcb, Row* row, Details* details);

// Why a socket without a known holder can't have one; kKnown where it may have one.
OwnerUnknown ReasonFor(const InetPcb& pcb, const Row& row);

}  // namespace socktable
