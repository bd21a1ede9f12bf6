#include <algorithm>
#include <cerrno>

#include "../core/events.h"
#include "../core/owners.h"
#include "../core/source.h"
#include "../posix/interface_names.h"
#include "holder_scan.h"
#include "joined_table.h"
#include "pcblist.h"
#include "process_list.h"

namespace socktable {
namespace {

bool IsOfThisSystem(Source source) {
  return source == Source::kAuto || source == Source::kPcbList || source == Source::kLibproc;
}

// Reads the lists, then what processes have open, and joins them.
class Reading {
 public:
  Reading(const Query& query, SocketTable& table)
      : query_(query), report_(table.report), joined_(query, table) {}

  Status Run() {
    // The lists do not name processes.
    const bool by_process = !query_.pids.empty();
    const bool lists =
        query_.source == Source::kPcbList || (query_.source == Source::kAuto && !by_process);
    if (lists) {
      Status status = ReadLists();
      if (!status.ok()) return status;
    }
    if (!lists || unlisted_) report_.From(Source::kLibproc);
    const bool rows_needed = (report_.sources & Bit(Source::kLibproc)) != 0;
    if (rows_needed || query_.NeedsOwners()) {
      const bool enough = query_.owners == Owners::kFirst && !rows_needed && !by_process;
      Status status = ScanHolders(query_, enough, &joined_, &report_, &processes_);
      if (!status.ok()) return status;
    }
    return Status::Ok();
  }

  void Finish() {
    std::sort(processes_.begin(), processes_.end(),
              [](const ProcessRecord& a, const ProcessRecord& b) { return a.pid < b.pid; });
    joined_.Finish([&](uint32_t pid) {
      const auto found = std::lower_bound(
          processes_.begin(), processes_.end(), pid,
          [](const ProcessRecord& process, uint32_t wanted) { return process.pid < wanted; });
      return HolderFacts{found->started,
                         query_.Includes(Include::kNames) ? ProcessName(*found) : std::string()};
    });
  }

 private:
  Status ReadLists() {
    for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
      if (!query_.Includes(protocol)) continue;
      Status status = ReadList(protocol);
      if (!status.ok()) return status;
    }
    // A query that nothing can match reads nothing.
    if (!unlisted_) report_.From(Source::kPcbList);
    return Status::Ok();
  }

  // Where a list can't be read, or not all of it, what processes have open stands in for it.
  Status ReadList(Protocol protocol) {
    PcbListReading reading;
    Status status = ReadPcbList(protocol, &reading);
    if (!status.ok()) {
      if (query_.source == Source::kPcbList) return status;
      report_.fallback = status;
      unlisted_ = true;
      return Status::Ok();
    }
    for (const InetPcb& pcb : reading.list.sockets) joined_.AddListed(pcb);
    report_.From(Source::kPcbList);
    report_.skipped += reading.list.skipped;
    if (!reading.fallback.ok()) report_.fallback = reading.fallback;
    if (reading.changed) report_.Set(ReportFlag::kInterrupted);
    if (reading.kept_back) {
      report_.Set(ReportFlag::kSocketsHidden);
      unlisted_ = true;
    }
    return status;
  }

  const Query& query_;
  Report& report_;
  JoinedTable joined_;
  bool unlisted_ = false;  // there are sockets that the lists lack
  std::vector<ProcessRecord> processes_;
};

}  // namespace

bool IsNoSuchProcess(const Status& status) { return status.code == ESRCH; }

Status OutOfMemory() { return Status::Os(ENOMEM, "malloc"); }

Status CancelledRead() { return Status::Os(ECANCELED, "read"); }

Status ReadSockets(const Query& query, SocketTable& table) {
  if (!IsOfThisSystem(query.source)) return Status::Os(ENOTSUP, "source");
  table.Expect(query);
  Reading reading(query, table);
  Status status = reading.Run();
  if (!status.ok()) return status;
  reading.Finish();
  if (!query.pids.empty()) table.DropOwnerless();
  for (size_t i = 0; i < table.size(); i++) table.NoteInterface(table[i].interface);
  AddInterfaceNames(table);
  return status;
}

// Each search is one of all processes, whatever it is for.
bool OwnersAreSeparate(const Query&) { return false; }

Status ReadOwners(const Query&, const std::vector<uint32_t>&, SocketTable&) {
  return Status::Os(ENOTSUP, "ReadOwners");
}

bool StillHolds(uint32_t, uint32_t, uint64_t) { return false; }

Status ListenForDestroyEvents(const Query&, std::unique_ptr<DestroyEvents>*) {
  return Status::Os(ENOTSUP, "ListenForDestroyEvents");
}

}  // namespace socktable
