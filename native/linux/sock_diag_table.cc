#include "sock_diag_table.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "row_collector.h"
#include "sock_diag.h"

namespace socktable {
namespace {

constexpr int kMostDumps = 3;

bool SinglePort(const std::vector<PortRange>& ranges) {
  return ranges.size() == 1 && ranges[0].first == ranges[0].last;
}

DiagRequest MakeRequest(Protocol protocol, uint8_t family, const Query& query) {
  DiagRequest request{};
  request.protocol = protocol;
  request.family = family;
  request.kernel_states = protocol == Protocol::kTcp ? KernelTcpStates(query.tcp_states)
                                                     : KernelUdpStates(query.udp_peers);
  // The ports in the request are compared before the program runs. The walk of bound sockets
  // ignores them, and runs the program (net/ipv4/inet_diag.c, inet_diag_dump_icsk).
  if (SinglePort(query.local_ports)) request.local_port = query.local_ports[0].first;
  if (SinglePort(query.remote_ports)) request.remote_port = query.remote_ports[0].first;
  request.filter = PortFilterProgram(query.local_ports, query.remote_ports);
  return request;
}

// One dump from a socket of its own, once more where the kernel says that it was interrupted. Rows
// that an earlier attempt brought are known by their cookies.
Status DumpOnce(const DiagRequest& request, const Query& query, SocketTable& table,
                RowCollector& rows) {
  SockDiag diag;
  Status status = diag.Open();
  if (!status.ok()) return status;
  for (int attempt = 0; attempt < kMostDumps; attempt++) {
    bool interrupted = false;
    status = diag.Dump(request, query, rows, &interrupted);
    if (!status.ok() || !interrupted) return status;
  }
  table.report.flags |= Report::kInterrupted;
  return status;
}

Status DumpFamilies(Protocol protocol, const Query& query, SocketTable& table, RowCollector& rows) {
  for (const auto& [bit, family] : {std::pair<uint32_t, uint8_t>{Query::kIPv4, AF_INET},
                                    std::pair<uint32_t, uint8_t>{Query::kIPv6, AF_INET6}}) {
    if ((query.families & bit) == 0) continue;
    Status status = DumpOnce(MakeRequest(protocol, family, query), query, table, rows);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

}  // namespace

Status ReadSockDiag(Protocol protocol, const Query& query, SocketTable& table) {
  RowCollector rows(query, table);
  const size_t before = table.size();
  const bool both = query.families == (Query::kIPv4 | Query::kIPv6);
  Status status;
  if (protocol == Protocol::kTcp && both) {
    status = DumpOnce(MakeRequest(protocol, AF_UNSPEC, query), query, table, rows);
    if (status.ok() || status.code == ECANCELED) return status;
    // Not every kernel that has the newer request has the older one (emulations do not).
    table.Truncate(before);
    RowCollector again(query, table);
    return DumpFamilies(protocol, query, table, again);
  }
  return DumpFamilies(protocol, query, table, rows);
}

}  // namespace socktable
