#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/query.h"
#include "../core/status.h"
#include "inet_pcb.h"

namespace socktable {

// --- What a list says (pcblist_parse.cc, pcblist64_parse.cc) ---

struct PcbList {
  std::vector<InetPcb> sockets;
  bool whole = false;       // it ends as it should
  uint32_t skipped = 0;     // records that could not be understood
  bool has_others = false;  // sockets of other users are among them
};

// Reads net.inet.tcp.pcblist_n or net.inet.udp.pcblist_n. `self` is the user who asked.
PcbList ParsePcbList(const uint8_t* bytes, size_t size, Protocol protocol, uint32_t self);

// The same of net.inet.tcp.pcblist64 or net.inet.udp.pcblist64.
PcbList ParsePcbList64(const uint8_t* bytes, size_t size, Protocol protocol, uint32_t self);

// Whether the kernel had made or closed no socket between the first byte of a list and its last.
bool IsUnchanged(const uint8_t* bytes, size_t size);

// Whether the kernel kept sockets back: macOS 27 hands only their own to all but root, and still
// says how large the whole list is. `said` is what it says.
bool KeptBack(const PcbList& list, Protocol protocol, size_t said);

// --- Which list is read (pcblist.cc) ---

// What became of the two ways to read a list.
struct PcbListReading {
  PcbList list;
  bool kept_back = false;
  bool changed = false;  // under every attempt
  Status fallback;       // why pcblist_n was not used; ok where it was
};

Status ReadPcbList(Protocol protocol, PcbListReading* reading);

}  // namespace socktable
