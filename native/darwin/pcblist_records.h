#pragma once

#include <cstdint>
#include <cstring>

#include "pcblist.h"
#include "pcblist_layout.h"

namespace socktable {

// What the parsers of both kinds of list share: their records differ in layout, and name the same
// things alike.

template <class Record>
bool ReadRecord(const uint8_t* bytes, size_t size, Record* record) {
  if (size < sizeof *record) return false;
  memcpy(record, bytes, sizeof *record);
  return true;
}

// Reads the mark before a list. False where there is none.
inline bool ReadFirstMark(const uint8_t* bytes, size_t size, PcbListMark* mark) {
  return ReadRecord(bytes, size, mark) && mark->length == sizeof *mark;
}

// Whether a list is whole of which the parser came to `at`: another mark is behind it, but where
// there is no socket at all.
inline bool EndsWithMark(size_t size, size_t at) {
  return size == sizeof(PcbListMark) || size - at >= sizeof(PcbListMark);
}

inline uint16_t PortOf(const uint8_t* bytes) {
  return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

// `Record` is InternetRecord or Internet64.
template <class Record>
void FillInternet(const Record& record, InetPcb* pcb) {
  pcb->generation = record.generation;
  pcb->version = record.version;
  pcb->local_port = PortOf(record.local_port);
  pcb->remote_port = PortOf(record.remote_port);
  memcpy(pcb->local_address, record.local_address, sizeof pcb->local_address);
  memcpy(pcb->remote_address, record.remote_address, sizeof pcb->remote_address);
}

// `Record` is SocketRecord or Socket64.
template <class Record>
void FillSocket(const Record& record, InetPcb* pcb) {
  // A flow of the Network framework, and a socket that has gone, have zeros here.
  if (record.socket == 0) return;
  pcb->has_socket = true;
  pcb->family = record.family;
  pcb->socket_state = record.state;
  pcb->queued = record.queued;
  pcb->incomplete = record.incomplete;
  pcb->backlog = record.backlog;
  pcb->has_uid = true;
  pcb->uid = record.uid;
}

// Adds a socket to a list, unless it was made while that was written or is a raw one, which shares
// the code of the kernel.
inline void AddSocket(const InetPcb& pcb, int32_t ip_protocol, const PcbListMark& mark,
                      uint32_t self, PcbList* list) {
  constexpr int32_t kTcp = 6;
  constexpr int32_t kUdp = 17;
  const int32_t own = pcb.protocol == Protocol::kTcp ? kTcp : kUdp;
  if ((ip_protocol != 0 && ip_protocol != own) || pcb.generation > mark.generation) return;
  list->has_others |= pcb.has_uid && pcb.uid != self;
  list->sockets.push_back(pcb);
}

}  // namespace socktable
