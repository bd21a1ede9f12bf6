#include <unistd.h>

#include <cerrno>

#include "../core/owners.h"
#include "../core/source.h"
#include "existence.h"
#include "format.h"
#include "owners.h"
#include "process.h"
#include "process_view.h"

namespace socktable {
namespace {

OwnerUnknown ReasonWithoutInode(const Row& row) {
  // A connection has no inode while no process has accepted it, and none any more once its last
  // descriptor is closed; closing takes it out of these two states at once.
  const bool open = row.state == State::kEstablished || row.state == State::kCloseWait;
  return open ? OwnerUnknown::kNotAccepted : OwnerUnknown::kNoOwner;
}

OwnerUnknown ReasonBy(ExistenceCheck::Answer answer, const Report& report) {
  if (answer == ExistenceCheck::Answer::kGone) return OwnerUnknown::kGone;
  const bool hidden = report.denied > 0 || report.Has(ReportFlag::kProcessesHidden);
  if (hidden) return OwnerUnknown::kPermission;
  const bool ended = report.Has(ReportFlag::kSearchEnded);
  return ended || answer == ExistenceCheck::Answer::kNotAsked ? OwnerUnknown::kNotSearched
                                                              : OwnerUnknown::kNotFound;
}

void ExplainOwnerless(SocketTable& table) {
  const bool hidden = table.report.denied > 0 || table.report.Has(ReportFlag::kProcessesHidden);
  const uint32_t self = geteuid();
  ExistenceCheck existence;
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.owner_count > 0) {
      row.owner_unknown = OwnerUnknown::kKnown;
    } else if (row.inode == 0) {
      row.owner_unknown = ReasonWithoutInode(row);
    } else if (hidden && self != 0 && table.details[i].uid != self) {
      row.owner_unknown = OwnerUnknown::kPermission;  // as expected: no need to ask again
    } else {
      row.owner_unknown = ReasonBy(existence.Ask(row), table.report);
    }
  }
  if (table.MissesSearch()) table.report.Set(ReportFlag::kSearchEnded);
}

// Processes in such a /proc have other PIDs in this process's namespace, or none.
void ExplainForeign(SocketTable& table) {
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    row.owner_unknown = row.inode == 0 ? ReasonWithoutInode(row) : OwnerUnknown::kPidNamespace;
    if (row.inode != 0) table.report.Set(ReportFlag::kForeignProc);
  }
}

// A question about certain processes has no honest answer where none of them could be read.
Status CheckProcessesRead(const Query& query, const Report& report) {
  const size_t asked = query.pids.size();
  if (asked == 0 || report.denied + report.vanished < asked) return Status::Ok();
  return Status::Os(report.denied > 0 ? EACCES : ESRCH, "openat", PathOfDescriptors(query.pids));
}

// Searches the likely holders until each socket has one. What could not be read there does not
// matter: if a socket still has no holder, all processes are searched next.
Status ScanLikely(int proc, const WantedSockets& wanted, const Query& query,
                  const std::vector<uint32_t>& likely, OwnerScan* scan) {
  if (likely.empty()) return Status::Ok();
  Query few = query;
  few.owners = Owners::kFirst;
  few.pids = likely;
  Report report;
  return ScanOwners(proc, wanted, few, &report, scan);
}

// Whether a socket that has no holder yet is still there. On a busy host some close each time
// before they are searched, for which not every process is to be read.
bool MissesAny(const SocketTable& table, const WantedSockets& wanted, const OwnerScan& scan) {
  if (scan.missing == 0) return false;
  ExistenceCheck existence;
  std::vector<bool> found(wanted.size());
  for (const auto& holdings : scan.holdings) {
    for (const Holding& holding : holdings) found[holding.socket] = true;
  }
  for (size_t i = 0; i < table.size(); i++) {
    const Row& row = table[i];
    if (row.inode == 0 || found[wanted.Find(row.inode)]) continue;
    if (existence.Ask(row) != ExistenceCheck::Answer::kGone) return true;
  }
  return false;
}

Status SearchOwners(int proc, const WantedSockets& wanted, const Query& query,
                    const std::vector<uint32_t>& likely, SocketTable& table) {
  OwnerScan scan;
  Status status = ScanLikely(proc, wanted, query, likely, &scan);
  if (!status.ok()) return status;
  if (likely.empty() || MissesAny(table, wanted, scan)) {
    scan = OwnerScan();
    status = ScanOwners(proc, wanted, query, &table.report, &scan);
    if (!status.ok()) return status;
    status = CheckProcessesRead(query, table.report);
    if (!status.ok()) return status;
  }
  if (scan.ended_early) table.report.Set(ReportFlag::kSearchEnded);
  return AssignOwners(proc, wanted, std::move(scan), query.Includes(Include::kNames), table);
}

}  // namespace

// Where certain processes are asked for, they alone are read: at every poll, for little.
bool OwnersAreSeparate(const Query& query) {
  return query.owners != Owners::kNone && query.pids.empty();
}

Status ReadOwners(const Query& query, const std::vector<uint32_t>& likely, SocketTable& table) {
  UniqueFd proc;
  Status status = OpenProc(&proc);
  if (!status.ok()) return status;
  const bool by_process = !query.pids.empty();
  bool ours;
  status = CheckNumbering(proc.get(), &ours);
  if (!status.ok()) return status;
  if (!ours) {
    if (by_process) return ForeignProc();
    ExplainForeign(table);
    return Status::Ok();
  }
  const WantedSockets wanted(table);
  if (wanted.size() > 0 || by_process) {
    status = SearchOwners(proc.get(), wanted, query, likely, table);
    if (!status.ok()) return status;
  }
  if (by_process) {
    table.DropOwnerless();
  } else {
    ExplainOwnerless(table);
  }
  return Status::Ok();
}

bool StillHolds(uint32_t pid, uint32_t descriptor, uint64_t inode) {
  char path[64];
  char link[64];
  Format(path, "/proc/%u/fd/%u", pid, descriptor);
  const ssize_t length = readlink(path, link, sizeof link);
  return length > 0 && ParseSocketLink(link, static_cast<size_t>(length)) == inode;
}

}  // namespace socktable
