#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/socket_table.h"
#include "../posix/unique_fd.h"
#include "row_collector.h"

namespace socktable {

// One NETLINK_SOCK_DIAG dump.
struct DiagRequest {
  Protocol protocol;
  uint8_t family;            // AF_INET or AF_INET6; AF_UNSPEC asks for both in one walk, TCP only
  uint32_t kernel_states;    // one bit per kernel state number
  uint16_t local_port = 0;   // host order; 0: any
  uint16_t remote_port = 0;  // host order; 0: any
  std::vector<uint8_t> filter;  // INET_DIAG_REQ_BYTECODE; empty: none
};

// --- Pure: bytes in, rows out (sock_diag_parse.cc) ---

// What one buffer of replies said, apart from its rows.
struct DiagReplies {
  bool done = false;         // the dump has ended
  int error = 0;             // it ended with this errno
  bool interrupted = false;  // the kernel set NLM_F_DUMP_INTR
  bool malformed = false;    // a length that can't be: nothing after it was read
};

// The errno in the payload of NLMSG_DONE or NLMSG_ERROR, which is negative there; 0 is success.
int ErrnoOfReply(int32_t error);

// Reads the replies to the dump with this sequence number. Bytes may be anything.
DiagReplies ParseDiagReplies(const uint8_t* bytes, size_t size, uint32_t sequence,
                             Protocol protocol, RowCollector& rows);

// The bits of DiagRequest::kernel_states for a query's states.
uint32_t KernelTcpStates(uint32_t tcp_states);
uint32_t KernelUdpStates(uint32_t udp_peers);

// A program for the kernel's socket filter that accepts the ports asked for. Empty where there is
// nothing to filter, or too much for the kernel to be asked in one go.
std::vector<uint8_t> PortFilterProgram(const std::vector<PortRange>& local_ports,
                                       const std::vector<PortRange>& remote_ports);

// --- Transport (sock_diag.cc) ---

class SockDiag {
 public:
  Status Open();

  // Runs a dump to its end. After a failure the socket is not to be used again: replies that were
  // not read would be taken for the next dump's.
  Status Dump(const DiagRequest& request, const Query& query, RowCollector& rows,
              bool* interrupted);

  // Asks the kernel for the very socket that a TCP row was made of. Ok: it still exists;
  // ENOENT: it is gone.
  Status Find(const Row& row);

 private:
  Status Send(uint16_t type, uint16_t flags, const void* body, size_t size,
              const std::vector<uint8_t>& filter);
  Status Receive(size_t* size);

  UniqueFd fd_;
  uint32_t sequence_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace socktable
