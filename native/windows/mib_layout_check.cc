#include <cstddef>
#include <iterator>

#include "mib_layout.h"
#include "windows_headers.h"

// Makes no code: compares the layouts, which are parsed and tested on every system, with the
// headers of Windows.

namespace socktable {
namespace {

constexpr uint16_t kNone = MibLayout::kNone;

constexpr MibLayout kOfHeaders[] = {
    {Protocol::kTcp, false, MibDetail::kPlain, offsetof(MIB_TCPTABLE, table), sizeof(MIB_TCPROW),
     offsetof(MIB_TCPROW, dwState), offsetof(MIB_TCPROW, dwLocalAddr), kNone,
     offsetof(MIB_TCPROW, dwLocalPort), offsetof(MIB_TCPROW, dwRemoteAddr), kNone,
     offsetof(MIB_TCPROW, dwRemotePort), kNone, kNone},
    {Protocol::kTcp, false, MibDetail::kOwner, offsetof(MIB_TCPTABLE_OWNER_PID, table),
     sizeof(MIB_TCPROW_OWNER_PID), offsetof(MIB_TCPROW_OWNER_PID, dwState),
     offsetof(MIB_TCPROW_OWNER_PID, dwLocalAddr), kNone,
     offsetof(MIB_TCPROW_OWNER_PID, dwLocalPort), offsetof(MIB_TCPROW_OWNER_PID, dwRemoteAddr),
     kNone, offsetof(MIB_TCPROW_OWNER_PID, dwRemotePort),
     offsetof(MIB_TCPROW_OWNER_PID, dwOwningPid), kNone},
    {Protocol::kTcp, false, MibDetail::kModule, offsetof(MIB_TCPTABLE_OWNER_MODULE, table),
     sizeof(MIB_TCPROW_OWNER_MODULE), offsetof(MIB_TCPROW_OWNER_MODULE, dwState),
     offsetof(MIB_TCPROW_OWNER_MODULE, dwLocalAddr), kNone,
     offsetof(MIB_TCPROW_OWNER_MODULE, dwLocalPort),
     offsetof(MIB_TCPROW_OWNER_MODULE, dwRemoteAddr), kNone,
     offsetof(MIB_TCPROW_OWNER_MODULE, dwRemotePort),
     offsetof(MIB_TCPROW_OWNER_MODULE, dwOwningPid),
     offsetof(MIB_TCPROW_OWNER_MODULE, liCreateTimestamp)},
    {Protocol::kTcp, true, MibDetail::kPlain, offsetof(MIB_TCP6TABLE, table), sizeof(MIB_TCP6ROW),
     offsetof(MIB_TCP6ROW, State), offsetof(MIB_TCP6ROW, LocalAddr),
     offsetof(MIB_TCP6ROW, dwLocalScopeId), offsetof(MIB_TCP6ROW, dwLocalPort),
     offsetof(MIB_TCP6ROW, RemoteAddr), offsetof(MIB_TCP6ROW, dwRemoteScopeId),
     offsetof(MIB_TCP6ROW, dwRemotePort), kNone, kNone},
    {Protocol::kTcp, true, MibDetail::kOwner, offsetof(MIB_TCP6TABLE_OWNER_PID, table),
     sizeof(MIB_TCP6ROW_OWNER_PID), offsetof(MIB_TCP6ROW_OWNER_PID, dwState),
     offsetof(MIB_TCP6ROW_OWNER_PID, ucLocalAddr), offsetof(MIB_TCP6ROW_OWNER_PID, dwLocalScopeId),
     offsetof(MIB_TCP6ROW_OWNER_PID, dwLocalPort), offsetof(MIB_TCP6ROW_OWNER_PID, ucRemoteAddr),
     offsetof(MIB_TCP6ROW_OWNER_PID, dwRemoteScopeId),
     offsetof(MIB_TCP6ROW_OWNER_PID, dwRemotePort), offsetof(MIB_TCP6ROW_OWNER_PID, dwOwningPid),
     kNone},
    {Protocol::kTcp, true, MibDetail::kModule, offsetof(MIB_TCP6TABLE_OWNER_MODULE, table),
     sizeof(MIB_TCP6ROW_OWNER_MODULE), offsetof(MIB_TCP6ROW_OWNER_MODULE, dwState),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, ucLocalAddr),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, dwLocalScopeId),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, dwLocalPort),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, ucRemoteAddr),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, dwRemoteScopeId),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, dwRemotePort),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, dwOwningPid),
     offsetof(MIB_TCP6ROW_OWNER_MODULE, liCreateTimestamp)},
    {Protocol::kUdp, false, MibDetail::kPlain, offsetof(MIB_UDPTABLE, table), sizeof(MIB_UDPROW),
     kNone, offsetof(MIB_UDPROW, dwLocalAddr), kNone, offsetof(MIB_UDPROW, dwLocalPort), kNone,
     kNone, kNone, kNone, kNone},
    {Protocol::kUdp, false, MibDetail::kOwner, offsetof(MIB_UDPTABLE_OWNER_PID, table),
     sizeof(MIB_UDPROW_OWNER_PID), kNone, offsetof(MIB_UDPROW_OWNER_PID, dwLocalAddr), kNone,
     offsetof(MIB_UDPROW_OWNER_PID, dwLocalPort), kNone, kNone, kNone,
     offsetof(MIB_UDPROW_OWNER_PID, dwOwningPid), kNone},
    {Protocol::kUdp, false, MibDetail::kModule, offsetof(MIB_UDPTABLE_OWNER_MODULE, table),
     sizeof(MIB_UDPROW_OWNER_MODULE), kNone, offsetof(MIB_UDPROW_OWNER_MODULE, dwLocalAddr), kNone,
     offsetof(MIB_UDPROW_OWNER_MODULE, dwLocalPort), kNone, kNone, kNone,
     offsetof(MIB_UDPROW_OWNER_MODULE, dwOwningPid),
     offsetof(MIB_UDPROW_OWNER_MODULE, liCreateTimestamp)},
    {Protocol::kUdp, true, MibDetail::kPlain, offsetof(MIB_UDP6TABLE, table), sizeof(MIB_UDP6ROW),
     kNone, offsetof(MIB_UDP6ROW, dwLocalAddr), offsetof(MIB_UDP6ROW, dwLocalScopeId),
     offsetof(MIB_UDP6ROW, dwLocalPort), kNone, kNone, kNone, kNone, kNone},
    {Protocol::kUdp, true, MibDetail::kOwner, offsetof(MIB_UDP6TABLE_OWNER_PID, table),
     sizeof(MIB_UDP6ROW_OWNER_PID), kNone, offsetof(MIB_UDP6ROW_OWNER_PID, ucLocalAddr),
     offsetof(MIB_UDP6ROW_OWNER_PID, dwLocalScopeId), offsetof(MIB_UDP6ROW_OWNER_PID, dwLocalPort),
     kNone, kNone, kNone, offsetof(MIB_UDP6ROW_OWNER_PID, dwOwningPid), kNone},
    {Protocol::kUdp, true, MibDetail::kModule, offsetof(MIB_UDP6TABLE_OWNER_MODULE, table),
     sizeof(MIB_UDP6ROW_OWNER_MODULE), kNone, offsetof(MIB_UDP6ROW_OWNER_MODULE, ucLocalAddr),
     offsetof(MIB_UDP6ROW_OWNER_MODULE, dwLocalScopeId),
     offsetof(MIB_UDP6ROW_OWNER_MODULE, dwLocalPort), kNone, kNone, kNone,
     offsetof(MIB_UDP6ROW_OWNER_MODULE, dwOwningPid),
     offsetof(MIB_UDP6ROW_OWNER_MODULE, liCreateTimestamp)},
};

constexpr bool IsSame(const MibLayout& a, const MibLayout& b) {
  return a.protocol == b.protocol && a.ipv6 == b.ipv6 && a.detail == b.detail &&
         a.first == b.first && a.size == b.size && a.state == b.state &&
         a.local_address == b.local_address && a.local_scope == b.local_scope &&
         a.local_port == b.local_port && a.remote_address == b.remote_address &&
         a.remote_scope == b.remote_scope && a.remote_port == b.remote_port && a.pid == b.pid &&
         a.created == b.created;
}

constexpr bool AreSame() {
  for (size_t i = 0; i < std::size(kOfHeaders); i++) {
    const MibLayout& layout = kMibLayouts[i];
    if (!IsSame(kOfHeaders[i], layout)) return false;
    if (!IsSame(MibLayoutOf(layout.protocol, layout.ipv6, layout.detail), layout)) return false;
  }
  return true;
}

static_assert(std::size(kOfHeaders) == std::size(kMibLayouts) && AreSame());

static_assert(MIB_TCP_STATE_CLOSED == 1 && MIB_TCP_STATE_LISTEN == 2 &&
              MIB_TCP_STATE_SYN_SENT == 3 && MIB_TCP_STATE_SYN_RCVD == 4 &&
              MIB_TCP_STATE_ESTAB == 5 && MIB_TCP_STATE_FIN_WAIT1 == 6 &&
              MIB_TCP_STATE_FIN_WAIT2 == 7 && MIB_TCP_STATE_CLOSE_WAIT == 8 &&
              MIB_TCP_STATE_CLOSING == 9 && MIB_TCP_STATE_LAST_ACK == 10 &&
              MIB_TCP_STATE_TIME_WAIT == 11 && MIB_TCP_STATE_DELETE_TCB == 12);

}  // namespace
}  // namespace socktable
