#include "../reader.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "../posix/interface_names.h"
#include "existence.h"
#include "owners.h"
#include "proc_net.h"
#include "process.h"
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

OwnerUnknown ReasonWithoutInode(const Row& row) {
  // A connection has no inode while no process has accepted it, and none any more once its last
  // descriptor is closed; closing takes it out of these two states at once.
  const bool open = row.state == State::kEstablished || row.state == State::kCloseWait;
  return open ? OwnerUnknown::kNotAccepted : OwnerUnknown::kNoOwner;
}

void ExplainOwnerless(SocketTable& table) {
  const bool hidden =
      table.report.denied > 0 || (table.report.flags & Report::kProcessesHidden) != 0;
  const uint32_t self = geteuid();
  ExistenceCheck existence;
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.owner_count > 0) continue;
    if (row.inode == 0) {
      row.owner_unknown = ReasonWithoutInode(row);
    } else if (hidden && self != 0 && row.uid != self) {
      row.owner_unknown = OwnerUnknown::kPermission;  // as expected: no need to ask again
    } else if (existence.IsGone(row)) {
      row.owner_unknown = OwnerUnknown::kGone;
    } else {
      row.owner_unknown = hidden ? OwnerUnknown::kPermission : OwnerUnknown::kNotFound;
    }
  }
}

// A question about certain processes has no honest answer where none of them could be read.
Status CheckProcessesRead(const Query& query, const Report& report) {
  const size_t asked = query.pids.size();
  if (asked == 0 || report.denied + report.vanished < asked) return Status::Ok();
  return Status::Os(report.denied > 0 ? EACCES : ESRCH, "openat", "/proc/<pid>/fd");
}

Status ReadOwners(const Query& query, SocketTable& table) {
  UniqueFd proc;
  Status status = OpenProc(&proc);
  if (!status.ok()) return status;
  const WantedSockets wanted(table);
  const bool by_process = !query.pids.empty();
  if (wanted.size() > 0 || by_process) {
    OwnerScan scan;
    status = ScanOwners(proc.get(), wanted, query, &table.report, &scan);
    if (!status.ok()) return status;
    status = CheckProcessesRead(query, table.report);
    if (!status.ok()) return status;
    AssignOwners(proc.get(), wanted, std::move(scan), query.names, table);
  }
  if (by_process) {
    table.DropOwnerless();
  } else {
    ExplainOwnerless(table);
  }
  return Status::Ok();
}

void MarkOwnersNotAsked(SocketTable& table) {
  for (size_t i = 0; i < table.size(); i++) table[i].owner_unknown = OwnerUnknown::kNotAsked;
}

}  // namespace

Status OutOfMemory() { return Status::Os(ENOMEM, "malloc"); }

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
  if (query.owners == Owners::kNone && query.pids.empty()) {
    MarkOwnersNotAsked(table);
    return Status::Ok();
  }
  return ReadOwners(query, table);
}

}  // namespace socktable
