#include "libproc_sockets.h"

#include <arpa/inet.h>
#include <libproc.h>
#include <netinet/in.h>
#include <sys/proc_info.h>

#include <cerrno>
#include <cstring>

namespace socktable {
namespace {

// The kernel's own limit on the descriptors of a process is far below.
constexpr size_t kMostDescriptors = size_t{1} << 24;

static_assert(sizeof(proc_fdinfo) == 8 && sizeof(socket_fdinfo) == 792);
static_assert(InetPcb::kIPv4 == INI_IPV4 && InetPcb::kIPv6 == INI_IPV6 &&
              InetPcb::kFamilyIPv6 == AF_INET6);
static_assert(InetPcb::kNoDescriptor == SOI_S_NOFDREF && InetPcb::kIncomplete == SOI_S_INCOMP &&
              InetPcb::kComplete == SOI_S_COMP && InetPcb::kDisconnected == SOI_S_ISDISCONNECTED);

// The port stands in the first two bytes of an int as it does in a packet.
uint16_t PortOf(int field) { return ntohs(static_cast<uint16_t>(field)); }

InetPcb PcbOf(const socket_info& info, const in_sockinfo& internet, Protocol protocol) {
  InetPcb pcb;
  pcb.protocol = protocol;
  pcb.generation = internet.insi_gencnt;
  pcb.family = info.soi_family;
  pcb.version = internet.insi_vflag;
  pcb.local_port = PortOf(internet.insi_lport);
  pcb.remote_port = PortOf(internet.insi_fport);
  memcpy(pcb.local_address, &internet.insi_laddr, sizeof pcb.local_address);
  memcpy(pcb.remote_address, &internet.insi_faddr, sizeof pcb.remote_address);
  pcb.has_socket = true;
  pcb.socket_state = static_cast<uint16_t>(info.soi_state);
  pcb.queued = static_cast<uint16_t>(info.soi_qlen);
  pcb.incomplete = static_cast<uint16_t>(info.soi_incqlen);
  pcb.backlog = static_cast<uint16_t>(info.soi_qlimit);
  pcb.receive_bytes = info.soi_rcv.sbi_cc;
  pcb.send_bytes = info.soi_snd.sbi_cc;
  return pcb;
}

}  // namespace

Status ListSocketDescriptors(uint32_t pid, std::vector<uint32_t>* descriptors) {
  std::vector<proc_fdinfo> buffer(256);
  descriptors->clear();
  size_t count = 0;
  for (;;) {
    const size_t room = buffer.size() * sizeof(proc_fdinfo);
    errno = 0;
    const int size = proc_pidinfo(static_cast<int>(pid), PROC_PIDLISTFDS, 0, buffer.data(),
                                  static_cast<int>(room));
    // 0 is also the answer of a process that has no descriptor.
    if (size <= 0 && errno != 0) return Status::Os(errno, "proc_pidinfo(PROC_PIDLISTFDS)");
    count = size <= 0 ? 0 : static_cast<size_t>(size) / sizeof(proc_fdinfo);
    // What does not fit is left out, and nothing says so (bsd/kern/proc_info.c, proc_pidfdlist).
    if (count < buffer.size() || buffer.size() >= kMostDescriptors) break;
    buffer.resize(buffer.size() * 2);
  }
  for (size_t i = 0; i < count; i++) {
    if (buffer[i].proc_fdtype != PROX_FDTYPE_SOCKET || buffer[i].proc_fd < 0) continue;
    descriptors->push_back(static_cast<uint32_t>(buffer[i].proc_fd));
  }
  return Status::Ok();
}

DescriptorAnswer DescribeSocket(uint32_t pid, uint32_t descriptor, InetPcb* pcb, int* error) {
  socket_fdinfo found{};
  errno = 0;
  const int size = proc_pidfdinfo(static_cast<int>(pid), static_cast<int>(descriptor),
                                  PROC_PIDFDSOCKETINFO, &found, sizeof found);
  if (size < static_cast<int>(sizeof found)) {
    *error = errno == 0 ? EPROTO : errno;
    // The descriptor was closed, was given to something else, or its process ended.
    const bool gone = *error == EBADF || *error == ENOTSOCK || *error == ESRCH;
    return gone ? DescriptorAnswer::kOther : DescriptorAnswer::kFailed;
  }
  const socket_info& info = found.psi;
  if (info.soi_kind == SOCKINFO_TCP && info.soi_protocol == IPPROTO_TCP) {
    *pcb = PcbOf(info, info.soi_proto.pri_tcp.tcpsi_ini, Protocol::kTcp);
    pcb->tcp_state = info.soi_proto.pri_tcp.tcpsi_state;
    return DescriptorAnswer::kInternetSocket;
  }
  if (info.soi_kind == SOCKINFO_IN && info.soi_protocol == IPPROTO_UDP) {
    *pcb = PcbOf(info, info.soi_proto.pri_in, Protocol::kUdp);
    return DescriptorAnswer::kInternetSocket;
  }
  return DescriptorAnswer::kOther;
}

}  // namespace socktable
