#include "ip_helper.h"

#include <algorithm>
#include <cstring>

#include "windows_headers.h"

namespace socktable {
namespace {

constexpr size_t kLeastSize = 64 * 1024;
// No host has as many sockets: whoever asks for more is not to be believed.
constexpr size_t kMostSize = size_t{1} << 30;
// A table may grow between two calls again and again.
constexpr int kMostTries = 10;
// STATUS_UNSUCCESSFUL, which no documentation names: users of other libraries met it on Windows
// Server under load, and the next call succeeded.
constexpr DWORD kUnsuccessful = 0xC0000001;

// The tables that name a process cost the system more: they are asked for owners alone. Never
// sorted: the system sorts by comparison, one row after the other.
DWORD CallPlain(const MibLayout& layout, void* table, DWORD* size) {
  if (layout.protocol == Protocol::kTcp) {
    return layout.ipv6 ? GetTcp6Table(static_cast<PMIB_TCP6TABLE>(table), size, FALSE)
                       : GetTcpTable(static_cast<PMIB_TCPTABLE>(table), size, FALSE);
  }
  return layout.ipv6 ? GetUdp6Table(static_cast<PMIB_UDP6TABLE>(table), size, FALSE)
                     : GetUdpTable(static_cast<PMIB_UDPTABLE>(table), size, FALSE);
}

DWORD CallExtended(const MibLayout& layout, bool listeners, void* table, DWORD* size) {
  const ULONG family = layout.ipv6 ? AF_INET6 : AF_INET;
  const bool module = layout.detail == MibDetail::kModule;
  if (layout.protocol == Protocol::kUdp) {
    const UDP_TABLE_CLASS which = module ? UDP_TABLE_OWNER_MODULE : UDP_TABLE_OWNER_PID;
    return GetExtendedUdpTable(table, size, FALSE, family, which, 0);
  }
  // There is a class for connections too, but "all connected endpoints" may leave out those that
  // open or close, as Wine does.
  const TCP_TABLE_CLASS all = module ? TCP_TABLE_OWNER_MODULE_ALL : TCP_TABLE_OWNER_PID_ALL;
  const TCP_TABLE_CLASS some =
      module ? TCP_TABLE_OWNER_MODULE_LISTENER : TCP_TABLE_OWNER_PID_LISTENER;
  return GetExtendedTcpTable(table, size, FALSE, family, listeners ? some : all, 0);
}

const char* NameOfCall(const MibLayout& layout) {
  const bool tcp = layout.protocol == Protocol::kTcp;
  if (layout.detail != MibDetail::kPlain) {
    return tcp ? "GetExtendedTcpTable" : "GetExtendedUdpTable";
  }
  if (tcp) return layout.ipv6 ? "GetTcp6Table" : "GetTcpTable";
  return layout.ipv6 ? "GetUdp6Table" : "GetUdpTable";
}

}  // namespace

Status FetchMibTable(const MibLayout& layout, bool listeners, std::vector<uint8_t>* buffer) {
  if (buffer->size() < kLeastSize) buffer->resize(kLeastSize);
  DWORD code = NO_ERROR;
  for (int tries = 0; tries < kMostTries; tries++) {
    DWORD size = static_cast<DWORD>(buffer->size());
    code = layout.detail == MibDetail::kPlain
               ? CallPlain(layout, buffer->data(), &size)
               : CallExtended(layout, listeners, buffer->data(), &size);
    switch (code) {
      case NO_ERROR:
        return Status::Ok();
      case ERROR_NO_DATA:
        // The plain tables say so of an empty table.
        memset(buffer->data(), 0, sizeof(uint32_t));
        return Status::Ok();
      case ERROR_INSUFFICIENT_BUFFER: {
        const size_t needed = std::max<size_t>(size, buffer->size());
        if (needed > kMostSize) return Status::Os(static_cast<int>(code), NameOfCall(layout));
        buffer->resize(needed + needed / 4);
        break;
      }
      case kUnsuccessful:
        break;
      case ERROR_NOT_SUPPORTED:
        if (layout.ipv6) {  // IPv6 is not installed
          memset(buffer->data(), 0, sizeof(uint32_t));
          return Status::Ok();
        }
        return Status::Os(static_cast<int>(code), NameOfCall(layout));
      default:
        return Status::Os(static_cast<int>(code), NameOfCall(layout));
    }
  }
  return Status::Os(static_cast<int>(code), NameOfCall(layout));
}

}  // namespace socktable
