#include <cstring>

#include "pcblist.h"
#include "pcblist_records.h"

namespace socktable {
PcbList ParsePcbList64(const uint8_t* bytes, size_t size, Protocol protocol, uint32_t self) {
  PcbList list;
  PcbListMark mark;
  if (!ReadFirstMark(bytes, size, &mark)) return list;
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
    const Socket64& socket = record.internet.socket;
    InetPcb pcb;
    pcb.protocol = protocol;
    pcb.tcp_state = record.state;
    pcb.receive_bytes = socket.receive.bytes;
    pcb.send_bytes = socket.send.bytes;
    FillInternet(record.internet, &pcb);
    FillSocket(socket, &pcb);
    AddSocket(pcb, socket.protocol, mark, self, &list);
    at += length;
  }
  list.whole = EndsWithMark(size, at);
  return list;
}

}  // namespace socktable
