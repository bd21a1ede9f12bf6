#include <cstring>
#include <iterator>

#include "inet_pcb.h"

namespace socktable {
namespace {

// TCPS_* (bsd/netinet/tcp_fsm.h).
constexpr State kStateOfTcps[] = {
    State::kClosed,      State::kListen,    State::kSynSent,  State::kSynReceived,
    State::kEstablished, State::kCloseWait, State::kFinWait1, State::kClosing,
    State::kLastAck,     State::kFinWait2,  State::kTimeWait,
};

State StateOf(const InetPcb& pcb) {
  const auto number = static_cast<uint32_t>(pcb.tcp_state);
  if (number >= std::size(kStateOfTcps)) return State::kNone;
  const bool never_connected =
      pcb.remote_port == 0 && (pcb.socket_state & InetPcb::kDisconnected) == 0;
  return number == 0 && never_connected ? State::kBound : kStateOfTcps[number];
}

bool IsScoped(const uint8_t* address) {
  const bool link_local = address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
  const bool multicast =
      address[0] == 0xff && ((address[1] & 0x0f) == 1 || (address[1] & 0x0f) == 2);
  return link_local || multicast;
}

// The kernel keeps the interface of such an address within it, in the second pair of bytes
// (bsd/netinet6/scope6.c, in6_setscope). Takes it out.
uint32_t TakeScope(uint8_t* address) {
  if (!IsScoped(address)) return 0;
  const uint32_t scope = static_cast<uint32_t>(address[2] << 8 | address[3]);
  address[2] = 0;
  address[3] = 0;
  return scope;
}

// An IPv6 socket that talks IPv4 has a plain IPv4 address (bsd/netinet/tcp_usrreq.c,
// tcp6_usr_connect).
void FillAddress(const InetPcb& pcb, const uint8_t* bytes, bool ipv6, uint8_t* address) {
  if (!ipv6) {
    memcpy(address, bytes + 12, 4);
  } else if ((pcb.version & InetPcb::kIPv6) != 0) {
    memcpy(address, bytes, 16);
  } else {
    memset(address + 10, 0xff, 2);
    memcpy(address + 12, bytes + 12, 4);
  }
}

void FillQueues(const InetPcb& pcb, State state, Details* details) {
  if (!pcb.has_socket) return;
  details->known |= Details::kHasQueues;
  if (state != State::kListen) {
    details->receive_queue = pcb.receive_bytes;
    details->send_queue = pcb.send_bytes;
    return;
  }
  details->known |= Details::kHasBacklog;
  details->receive_queue = pcb.queued > pcb.incomplete ? pcb.queued - pcb.incomplete : 0;
  details->backlog = pcb.backlog;
}

}  // namespace

bool FillRow(const InetPcb& pcb, Row* row, Details* details) {
  if (pcb.local_port == 0) return false;
  const bool ipv6 =
      pcb.family == 0 ? pcb.version == InetPcb::kIPv6 : pcb.family == InetPcb::kFamilyIPv6;
  row->protocol = pcb.protocol;
  row->local_port = pcb.local_port;
  row->remote_port = pcb.remote_port;
  // Each protocol counts by itself.
  const bool udp = pcb.protocol == Protocol::kUdp;
  if (pcb.generation != 0) row->cookie = pcb.generation * 2 + (udp ? 1 : 0);
  if (pcb.protocol == Protocol::kTcp) row->state = StateOf(pcb);
  if (ipv6) {
    row->family = Family::kIPv6;
    row->flags |= Row::kFlagV6OnlyKnown;
    if ((pcb.version & InetPcb::kIPv4) == 0) row->flags |= Row::kFlagV6Only;
  }
  FillAddress(pcb, pcb.local_address, ipv6, row->local_address);
  if (ipv6) row->interface = TakeScope(row->local_address);
  if (pcb.remote_port != 0) {
    row->flags |= Row::kFlagPeer;
    FillAddress(pcb, pcb.remote_address, ipv6, row->remote_address);
    const uint32_t scope = ipv6 ? TakeScope(row->remote_address) : 0;
    if (row->interface == 0) row->interface = scope;
  }
  if (pcb.has_uid) {
    details->known |= Details::kHasUser;
    details->uid = pcb.uid;
  }
  details->last_pid = pcb.last_pid;
  FillQueues(pcb, row->state, details);
  return true;
}

OwnerUnknown ReasonFor(const InetPcb& pcb, const Row& row) {
  if (pcb.generation == 0) return OwnerUnknown::kNotFound;
  if (pcb.has_socket && (pcb.socket_state & InetPcb::kNoDescriptor) == 0) {
    return OwnerUnknown::kKnown;
  }
  const bool waits = (pcb.socket_state & (InetPcb::kIncomplete | InetPcb::kComplete)) != 0;
  return waits && row.state != State::kSynReceived ? OwnerUnknown::kNotAccepted
                                                   : OwnerUnknown::kNoOwner;
}

}  // namespace socktable
