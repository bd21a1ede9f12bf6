#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "../core/socket_table.h"
#include "row_collector.h"

namespace socktable {

// --- Pure: text in, rows out (proc_net_parse.cc) ---

// Reads the text of /proc/net/{tcp,tcp6,udp,udp6} in pieces of any size.
class ProcNetParser {
 public:
  ProcNetParser(Protocol protocol, bool ipv6, RowCollector& rows)
      : protocol_(protocol), ipv6_(ipv6), rows_(rows) {}

  void Feed(const char* text, size_t size);
  // To be called after the last piece.
  void Finish();

 private:
  void Line(const char* begin, const char* end);

  Protocol protocol_;
  bool ipv6_;
  RowCollector& rows_;
  bool header_ = true;
  bool too_long_ = false;
  std::string partial_;
};

// --- Transport (proc_net.cc) ---

// Reads one of the files of /proc/net. A missing tcp6 or udp6 is a host without IPv6, and no error.
Status ReadProcNet(Protocol protocol, bool ipv6, const Query& query, RowCollector& rows);

}  // namespace socktable
