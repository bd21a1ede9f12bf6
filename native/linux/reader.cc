#include <sys/utsname.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "../core/direction.h"
#include "../core/owners.h"
#include "../core/source.h"
#include "../posix/interface_names.h"
#include "proc_net.h"
#include "row_collector.h"
#include "sock_diag_table.h"

namespace socktable {
namespace {

Status ReadProcfs(Protocol protocol, const Query& query, SocketTable& table, Listeners* listeners) {
  RowCollector rows(query, table, listeners);
  for (const Family family : {Family::kIPv4, Family::kIPv6}) {
    if (!query.Includes(family)) continue;
    Status status = ReadProcNet(protocol, family == Family::kIPv6, query, rows);
    if (!status.ok()) return status;
  }
  return Status::Ok();
}

// True from Linux 6.8, the first that shows bound sockets (net/ipv4/inet_diag.c,
// inet_diag_dump_icsk).
bool KernelShowsBoundSockets() {
  utsname name;
  if (uname(&name) != 0) return false;
  char* end;
  const long major = strtol(name.release, &end, 10);
  const long minor = *end == '.' ? strtol(end + 1, nullptr, 10) : 0;
  return major > 6 || (major == 6 && minor >= 8);
}

SourceCapability CapabilityOf(Source source) {
  const bool bound = source == Source::kSockDiag && KernelShowsBoundSockets();
  return {source, bound ? SourceCapability::kAllStates : SourceCapability::kAllButBound};
}

void NoteSource(Source source, const Query& query, Report& report) {
  report.From(source);
  NoteMissing(CapabilityOf(source), query, report);
}

// Reads one protocol from the first source that works. Each protocol has its own: a kernel may have
// the module for one and not for the other.
Status ReadProtocol(Protocol protocol, const Query& query, SocketTable& table,
                    Listeners* listeners) {
  if (query.source != Source::kProcfs) {
    const size_t before = table.size();
    Status status = ReadSockDiag(protocol, query, table, listeners);
    if (status.ok()) {
      NoteSource(Source::kSockDiag, query, table.report);
      return status;
    }
    if (status.code == ECANCELED || query.source == Source::kSockDiag) return status;
    table.Truncate(before);
    table.report.fallback = status;
  }
  Status status = ReadProcfs(protocol, query, table, listeners);
  if (status.ok()) NoteSource(Source::kProcfs, query, table.report);
  return status;
}

bool IsOfThisSystem(Source source) {
  return source == Source::kAuto || source == Source::kSockDiag || source == Source::kProcfs;
}

}  // namespace

bool IsNoSuchProcess(const Status& status) { return status.code == ESRCH; }

Status OutOfMemory() { return Status::Os(ENOMEM, "malloc"); }

Status CancelledRead() { return Status::Os(ECANCELED, "read"); }

Status ReadSockets(const Query& query, SocketTable& table) {
  if (!IsOfThisSystem(query.source)) return Status::Os(ENOTSUP, "source");
  table.Expect(query);
  const auto listeners = std::make_unique<Listeners>();
  for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
    if (!query.Includes(protocol)) continue;
    Status status = ReadProtocol(protocol, query, table, listeners.get());
    if (!status.ok()) return status;
  }
  // A query that nothing can match reads nothing.
  if (table.report.sources == 0) {
    table.report.From(query.source == Source::kProcfs ? Source::kProcfs : Source::kSockDiag);
  }
  listeners->SetDirections(table);
  AddInterfaceNames(table);
  return query.NeedsOwners() ? ReadOwners(query, {}, table) : Status::Ok();
}

}  // namespace socktable
