#include "ip_helper.h"

#include "growing_table.h"
#include "windows_headers.h"

namespace socktable {
namespace {

static_assert(kWindowsNoError == NO_ERROR &&
              kWindowsInsufficientBuffer == ERROR_INSUFFICIENT_BUFFER &&
              kWindowsNoData == ERROR_NO_DATA);

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
  const uint32_t code = FetchGrowing(
      [&](uint8_t* room, uint32_t* size) -> uint32_t {
        DWORD bytes = *size;
        const DWORD answer = layout.detail == MibDetail::kPlain
                                 ? CallPlain(layout, room, &bytes)
                                 : CallExtended(layout, listeners, room, &bytes);
        *size = bytes;
        // Without IPv6 there are none of its sockets.
        return answer == ERROR_NOT_SUPPORTED && layout.ipv6 ? ERROR_NO_DATA : answer;
      },
      buffer);
  if (code == kWindowsNoError) return Status::Ok();
  return Status::Os(static_cast<int>(code), NameOfCall(layout));
}

}  // namespace socktable
