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
  table.report.Set(ReportFlag::kInterrupted);
  return status;
}

Status DumpFamilies(Protocol protocol, const Query& query, SocketTable& table, RowCollector& rows) {
  for (const auto& [family, number] : {std::pair<Family, uint8_t>{Family::kIPv4, AF_INET},
                                       std::pair<Family, uint8_t>{Family::kIPv6, AF_INET6}}) {
    if (!query.Includes(family)) continue;
    Status status = DumpOnce(MakeRequest(protocol, number, query), query, table, rows);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

Status DumpProtocol(Protocol protocol, const Query& query, SocketTable& table,
                    Listeners* listeners) {
  const size_t before = table.size();
  if (protocol == Protocol::kTcp && query.families == Query::kBothFamilies) {
    RowCollector rows(query, table, listeners);
    Status status = DumpOnce(MakeRequest(protocol, AF_UNSPEC, query), query, table, rows);
    if (status.ok() || status.code == ECANCELED) return status;
    // Not every kernel that has the newer request has the older one (emulations do not).
    table.Truncate(before);
  }
  RowCollector rows(query, table, listeners);
  return DumpFamilies(protocol, query, table, rows);
}

bool HasConnections(const SocketTable& table, size_t first) {
  for (size_t i = first; i < table.size(); i++) {
    if (table[i].HasPeer()) return true;
  }
  return false;
}

// Whether the kernel was asked for all sockets that wait for peers at the ports of the query.
bool AskedForListeners(Protocol protocol, const Query& query) {
  const bool waiting = protocol == Protocol::kTcp
                           ? (query.tcp_states & Bit(State::kListen)) != 0
                           : (query.udp_peers & Bit(UdpPeer::kUnconnected)) != 0;
  return waiting && query.remote_ports.empty();
}

// The kernel walks its table of listeners alone, which takes microseconds.
Status ReadListeners(Protocol protocol, const Query& query, Listeners* listeners) {
  Query waiting = query;
  waiting.tcp_states = Bit(State::kListen);
  waiting.udp_peers = Bit(UdpPeer::kUnconnected);
  waiting.remote_ports.clear();
  SocketTable unused;
  return DumpProtocol(protocol, waiting, unused, listeners);
}

}  // namespace

Status ReadSockDiag(Protocol protocol, const Query& query, SocketTable& table,
                    Listeners* listeners) {
  const size_t before = table.size();
  Status status = DumpProtocol(protocol, query, table, listeners);
  const bool needed = status.ok() && listeners != nullptr && HasConnections(table, before);
  if (!needed || AskedForListeners(protocol, query)) return status;
  return ReadListeners(protocol, query, listeners);
}

}  // namespace socktable
