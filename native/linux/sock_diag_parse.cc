#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "kernel_state.h"
#include "sock_diag.h"

namespace socktable {
namespace {

// From Linux 6.8 (include/net/tcp_states.h); only ever sent, so the headers built against may be
// older.
constexpr uint32_t kKernelBoundInactive = 13;

// A type that the headers may name only for the request: replies to it carry the same number.
constexpr uint16_t kLegacyTcpDump = TCPDIAG_GETSOCK;

// The layouts are the same on every architecture: all members are 1, 2 or 4 bytes wide.
static_assert(sizeof(inet_diag_msg) == 72 && offsetof(inet_diag_msg, id) == 4);
static_assert(sizeof(inet_diag_sockid) == 48);

size_t Padded(size_t length) { return (length + 3) & ~static_cast<size_t>(3); }

// Reads IPV6_V6ONLY, which the kernel adds unasked for listening and unconnected IPv6 sockets
// (net/ipv4/inet_diag.c, inet_diag_msg_attrs_fill). False where a length can't be.
bool ParseAttributes(const uint8_t* bytes, size_t size, Row* row) {
  while (size >= sizeof(nlattr)) {
    nlattr attribute;
    memcpy(&attribute, bytes, sizeof attribute);
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > size) return false;
    if (attribute.nla_type == INET_DIAG_SKV6ONLY && attribute.nla_len > sizeof attribute) {
      row->flags |= Row::kFlagV6OnlyKnown;
      if (bytes[sizeof attribute] != 0) row->flags |= Row::kFlagV6Only;
    }
    const size_t step = Padded(attribute.nla_len);
    if (step >= size) return true;
    bytes += step;
    size -= step;
  }
  return true;
}

void FillRow(const inet_diag_msg& message, Protocol protocol, Row* row, Details* details) {
  const bool ipv6 = message.idiag_family == AF_INET6;
  const size_t address_size = ipv6 ? 16 : 4;
  row->family = ipv6 ? Family::kIPv6 : Family::kIPv4;
  memcpy(row->local_address, message.id.idiag_src, address_size);
  memcpy(row->remote_address, message.id.idiag_dst, address_size);
  row->local_port = ntohs(message.id.idiag_sport);
  row->remote_port = ntohs(message.id.idiag_dport);
  SetKernelState(message.idiag_state, protocol, row);
  row->inode = message.idiag_inode;
  row->cookie =
      static_cast<uint64_t>(message.id.idiag_cookie[1]) << 32 | message.id.idiag_cookie[0];
  row->interface = message.id.idiag_if;
  // Without an inode the user is 0, whoever it was (net/ipv4/inet_diag.c, inet_twsk_diag_fill).
  if (row->inode != 0) {
    details->uid = message.idiag_uid;
    details->known |= Details::kHasUser;
  }
  details->receive_queue = message.idiag_rqueue;
  details->known |= Details::kHasQueues;
  // A listener's "write queue" is its backlog (net/ipv4/tcp_diag.c, tcp_diag_get_info).
  if (row->state == State::kListen) {
    details->backlog = message.idiag_wqueue;
    details->known |= Details::kHasBacklog;
  } else {
    details->send_queue = message.idiag_wqueue;
  }
}

bool ParseSocket(const uint8_t* bytes, size_t size, Protocol protocol, RowCollector& rows) {
  inet_diag_msg message;
  if (size < sizeof message) return false;
  memcpy(&message, bytes, sizeof message);
  if (message.idiag_family != AF_INET && message.idiag_family != AF_INET6) {
    rows.Skip();
    return true;
  }
  bool attributes_ok = true;
  rows.Add([&](Row& row, Details& details) {
    FillRow(message, protocol, &row, &details);
    attributes_ok = ParseAttributes(bytes + sizeof message, size - sizeof message, &row);
  });
  return attributes_ok;
}

DiagReplies ParseMessages(const uint8_t* bytes, size_t size, uint32_t sequence, Protocol protocol,
                          RowCollector& rows) {
  DiagReplies replies;
  while (size > 0) {
    nlmsghdr header;
    if (size < sizeof header) {
      replies.malformed = true;
      return replies;
    }
    memcpy(&header, bytes, sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > size) {
      replies.malformed = true;
      return replies;
    }
    const uint8_t* payload = bytes + sizeof header;
    const size_t payload_size = header.nlmsg_len - sizeof header;

    if (header.nlmsg_seq == sequence) {
      if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) replies.interrupted = true;
      int32_t error = 0;
      if (payload_size >= sizeof error) memcpy(&error, payload, sizeof error);
      switch (header.nlmsg_type) {
        case NLMSG_DONE:
          // A dump that fails on its way says so here, not by NLMSG_ERROR: a missing handler module
          // is -ENOENT in an otherwise empty table (net/ipv4/inet_diag.c, __inet_diag_dump).
          replies.done = true;
          replies.error = ErrnoOfReply(error);
          return replies;
        case NLMSG_ERROR:
          replies.done = true;
          replies.error = ErrnoOfReply(error);
          if (payload_size < sizeof error) replies.malformed = true;
          return replies;
        case SOCK_DIAG_BY_FAMILY:
        case kLegacyTcpDump:
          if (!ParseSocket(payload, payload_size, protocol, rows)) {
            replies.malformed = true;
            return replies;
          }
          break;
        default:
          break;  // NLMSG_NOOP, or a type of a newer kernel
      }
    }

    const size_t step = Padded(header.nlmsg_len);
    if (step >= size) break;
    bytes += step;
    size -= step;
  }
  return replies;
}

// A filter program is a list of 4-byte operations; a port comparison takes two, the second one
// holding the port in host order. Offsets count bytes from the operation itself.
void AppendOperation(std::vector<uint8_t>* program, uint8_t code, uint8_t yes, uint16_t no) {
  inet_diag_bc_op operation{code, yes, no};
  const auto* bytes = reinterpret_cast<const uint8_t*>(&operation);
  program->insert(program->end(), bytes, bytes + sizeof operation);
}

// Accepts what lies in one of the ranges and goes on behind the group; else jumps `reject` bytes
// behind the group's end. One range is GE, port, LE, port, and a jump to the group's end.
void AppendGroup(std::vector<uint8_t>* program, const std::vector<PortRange>& ranges, uint8_t ge,
                 uint8_t le, uint16_t reject) {
  constexpr uint16_t kComparison = 8;
  constexpr uint16_t kJump = 4;
  constexpr uint16_t kBlock = 2 * kComparison + kJump;
  for (size_t i = 0; i < ranges.size(); i++) {
    const bool last = i + 1 == ranges.size();
    const uint16_t left = static_cast<uint16_t>((ranges.size() - i) * kBlock);
    const uint16_t otherwise = last ? static_cast<uint16_t>(left + reject) : kBlock;
    AppendOperation(program, ge, kComparison, otherwise);
    AppendOperation(program, 0, 0, ranges[i].first);
    AppendOperation(program, le, kComparison, static_cast<uint16_t>(otherwise - kComparison));
    AppendOperation(program, 0, 0, ranges[i].last);
    AppendOperation(program, INET_DIAG_BC_JMP, kJump,
                    static_cast<uint16_t>(left - 2 * kComparison));
  }
}

}  // namespace

int ErrnoOfReply(int32_t error) {
  // MAX_ERRNO of include/linux/err.h.
  constexpr int32_t kMostErrno = 4095;
  if (error >= 0) return 0;
  return error >= -kMostErrno ? -error : EPROTO;
}

DiagReplies ParseDiagReplies(const uint8_t* bytes, size_t size, uint32_t sequence,
                             Protocol protocol, RowCollector& rows) {
  const DiagReplies replies = ParseMessages(bytes, size, sequence, protocol, rows);
  rows.Settle();
  return replies;
}

uint32_t KernelTcpStates(uint32_t tcp_states) {
  uint32_t bits = 0;
  for (uint32_t number = 0; number < std::size(kTcpStateOfKernel); number++) {
    if ((tcp_states & Bit(kTcpStateOfKernel[number])) == 0) continue;
    bits |= 1u << (number == kKernelClose ? kKernelBoundInactive : number);
  }
  return bits;
}

uint32_t KernelUdpStates(uint32_t udp_peers) {
  uint32_t bits = 0;
  if ((udp_peers & Bit(UdpPeer::kUnconnected)) != 0) bits |= 1u << kKernelClose;
  if ((udp_peers & Bit(UdpPeer::kConnected)) != 0) bits |= 1u << kKernelEstablished;
  return bits;
}

std::vector<uint8_t> PortFilterProgram(const std::vector<PortRange>& local_ports,
                                       const std::vector<PortRange>& remote_ports) {
  // The kernel's check of a program takes time with its square, and running it takes time for each
  // socket; beyond this many ranges sending all rows is cheaper.
  constexpr size_t kMostRanges = 30;
  if (local_ports.size() + remote_ports.size() > kMostRanges) return {};
  std::vector<uint8_t> program;
  // A program accepts by running exactly off its end and rejects by jumping 4 bytes further.
  constexpr uint16_t kReject = 4;
  const uint16_t remote_size = static_cast<uint16_t>(remote_ports.size() * 20);
  AppendGroup(&program, local_ports, INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE,
              static_cast<uint16_t>(remote_size + kReject));
  AppendGroup(&program, remote_ports, INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, kReject);
  return program;
}

}  // namespace socktable
