#include <cstring>

#include "pcblist.h"
#include "pcblist_layout.h"

namespace socktable {
namespace {

constexpr uint8_t kIpProtoTcp = 6;
constexpr uint8_t kIpProtoUdp = 17;

InetPcb PcbOf(const Internet64& internet, Protocol protocol) {
  const Socket64& socket = internet.socket;
  InetPcb pcb;
  pcb.protocol = protocol;
  pcb.generation = internet.generation;
  pcb.version = internet.version;
  pcb.local_port = static_cast<uint16_t>(internet.local_port[0] << 8 | internet.local_port[1]);
  pcb.remote_port = static_cast<uint16_t>(internet.remote_port[0] << 8 | internet.remote_port[1]);
  memcpy(pcb.local_address, internet.local_address, sizeof pcb.local_address);
  memcpy(pcb.remote_address, internet.remote_address, sizeof pcb.remote_address);
  if (socket.socket == 0) return pcb;
  pcb.has_socket = true;
  pcb.family = socket.family;
  pcb.socket_state = socket.state;
  pcb.queued = socket.queued;
  pcb.incomplete = socket.incomplete;
  pcb.backlog = socket.backlog;
  pcb.receive_bytes = socket.receive.bytes;
  pcb.send_bytes = socket.send.bytes;
  pcb.has_uid = true;
  pcb.uid = socket.uid;
  return pcb;
}

}  // namespace

PcbList ParsePcbList64(const uint8_t* bytes, size_t size, Protocol protocol, uint32_t self) {
  PcbList list;
  PcbListMark mark;
  if (size < sizeof mark) return list;
  memcpy(&mark, bytes, sizeof mark);
  if (mark.length != sizeof mark) return list;
  const bool tcp = protocol == Protocol::kTcp;
  size_t at = sizeof mark;
  // Nothing is between the records. The length has 64 bits in those of UDP; the low half is first.
  uint32_t length;
  while (size - at >= sizeof length) {
    memcpy(&length, bytes + at, sizeof length);
    if (length <= sizeof mark) break;
    Tcp64 record{};
    const size_t needed = tcp ? sizeof record : sizeof record.internet;
    if (length > size - at || length < needed) {
      list.skipped++;
      return list;
    }
    memcpy(tcp ? static_cast<void*>(&record) : &record.internet, bytes + at, needed);
    InetPcb pcb = PcbOf(record.internet, protocol);
    pcb.tcp_state = record.state;
    const uint8_t ip_protocol = static_cast<uint8_t>(record.internet.socket.protocol);
    if ((ip_protocol == 0 || ip_protocol == (tcp ? kIpProtoTcp : kIpProtoUdp)) &&
        pcb.generation <= mark.generation) {
      list.has_others |= pcb.has_uid && pcb.uid != self;
      list.sockets.push_back(pcb);
    }
    at += length;
  }
  list.whole = size == sizeof mark || size - at >= sizeof mark;
  return list;
}

}  // namespace socktable
