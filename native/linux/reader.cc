#include <sys/utsname.h>

#include <cerrno>
#include <cstdlib>

#include "../core/source.h"
#include "../posix/interface_names.h"
#include "proc_net.h"
#include "row_collector.h"
#include "sock_diag_table.h"

namespace socktable {
namespace {

Status ReadProcfs(Protocol protocol, const Query& query, SocketTable& table) {
  RowCollector rows(query, table);
  for (const auto& [bit, ipv6] :
       {std::pair<uint32_t, bool>{Query::kIPv4, false}, {Query::kIPv6, true}}) {
    if ((query.families & bit) == 0) continue;
    Status status = ReadProcNet(protocol, ipv6, query, rows);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

// True from Linux 6.8, the first that tells bound sockets.
bool KernelTellsBoundSockets() {
  utsname name;
  if (uname(&name) != 0) return false;
  char* end;
  const long major = strtol(name.release, &end, 10);
  const long minor = *end == '.' ? strtol(end + 1, nullptr, 10) : 0;
  return major > 6 || (major == 6 && minor >= 8);
}

// Reads one protocol from the first source that works. Each protocol has its own: a kernel may have
// the module for one and not for the other.
Status ReadProtocol(Protocol protocol, const Query& query, SocketTable& table) {
  const bool wants_bound =
      protocol == Protocol::kTcp && (query.tcp_states & Bit(State::kBound)) != 0;
  if (query.source != Source::kProcfs) {
    const size_t before = table.size();
    Status status = ReadSockDiag(protocol, query, table);
    if (status.ok()) {
      table.report.sources |= Report::kFromSockDiag;
      if (wants_bound && !KernelTellsBoundSockets()) {
        table.report.flags |= Report::kBoundUnavailable;
      }
      return status;
    }
    if (status.code == ECANCELED || query.source == Source::kSockDiag) return status;
    table.Truncate(before);
    table.report.fallback = status;
  }
  Status status = ReadProcfs(protocol, query, table);
  if (!status.ok()) return status;
  table.report.sources |= Report::kFromProcfs;
  if (wants_bound) table.report.flags |= Report::kBoundUnavailable;
  return status;
}

}  // namespace

bool IsNoSuchProcess(const Status& status) { return status.code == ESRCH; }

Status OutOfMemory() { return Status::Os(ENOMEM, "malloc"); }

Status CancelledRead() { return Status::Os(ECANCELED, "read"); }

Status ReadSockets(const Query& query, SocketTable& table) {
  if (query.source > Source::kProcfs) return Status::Os(ENOTSUP, "source");
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    const uint32_t wanted = protocol == Protocol::kTcp ? query.tcp_states : query.udp_peers;
    if (!query.Wants(protocol) || wanted == 0) continue;
    Status status = ReadProtocol(protocol, query, table);
    if (!status.ok()) return status;
  }
  // A query that nothing can match reads nothing.
  if (table.report.sources == 0) {
    const bool procfs = query.source == Source::kProcfs;
    table.report.sources = procfs ? Report::kFromProcfs : Report::kFromSockDiag;
  }
  AddInterfaceNames(table);
  return query.WantsOwners() ? ReadOwners(query, {}, table) : Status::Ok();
}

}  // namespace socktable
