#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "../core/events.h"
#include "../core/owners.h"
#include "../core/source.h"
#include "interface_names.h"
#include "ip_helper.h"
#include "living_owners.h"
#include "mib_table.h"
#include "owner_modules.h"
#include "process_finder.h"
#include "windows_headers.h"

namespace socktable {
namespace {

MibDetail DetailFor(const Query& query) {
  // Tables with modules have the time of creation too, which distinguishes a socket from a later
  // one at its addresses.
  const bool module =
      query.NeedsOwners() || query.owners_follow || query.Includes(Include::kDetails);
  return module ? MibDetail::kModule : MibDetail::kPlain;
}

// What a service name is compared with, and where it goes if it is one.
struct ModuleName {
  size_t row;
  std::string name;
};

// Reads the tables of IP Helper one after the other. Each is exact for its moment.
class Reader {
 public:
  Reader(const Query& query, SocketTable& table)
      : query_(query), table_(table), rows_(query, table), detail_(DetailFor(query)) {}

  Status ReadAll() {
    for (const Protocol protocol : {Protocol::kTcp, Protocol::kUdp}) {
      if (!query_.Includes(protocol)) continue;
      for (const Family family : {Family::kIPv4, Family::kIPv6}) {
        if (!query_.Includes(family)) continue;
        Status status = Read(MibLayoutOf(protocol, family == Family::kIPv6, detail_));
        if (!status.ok()) return status;
      }
    }
    rows_.SetDirections();
    return Status::Ok();
  }

  // Names the processes, and takes back those that can't hold their sockets any more.
  void CheckProcesses() {
    const bool names = query_.Includes(Include::kNames);
    ProcessFinder processes;
    std::vector<std::optional<ProcessRecord>> known;
    for (const Process& process : table_.processes) {
      known.push_back(processes.Find(process.pid, names || query_.Includes(Include::kService)));
    }
    for (const ModuleName& module : modules_) NameService(module, known);
    // Names that only the comparison with services took.
    if (!names) {
      for (auto& process : known) {
        if (process) process->name.clear();
      }
    }
    KeepLivingOwners(known, table_);
    if (!query_.pids.empty()) table_.DropOwnerless();
  }

  // A table of modules names owners, asked for or not.
  void DropOwners() {
    table_.owners.clear();
    table_.processes.clear();
    for (size_t i = 0; i < table_.size(); i++) {
      table_[i].owner_count = 0;
      table_[i].owner_unknown = OwnerUnknown::kNotAsked;
    }
  }

 private:
  Status Read(const MibLayout& layout) {
    if (query_.Cancelled()) return Status::Os(ERROR_CANCELLED, "GetExtendedTcpTable");
    const bool listeners = query_.tcp_states == Bit(State::kListen);
    Status status = FetchMibTable(layout, listeners, &buffer_);
    if (!status.ok()) return status;
    offsets_.clear();
    const size_t before = table_.size();
    if (!rows_.Add(layout, buffer_.data(), buffer_.size(), &offsets_)) {
      return Status::Os(ERROR_INVALID_DATA, layout.protocol == Protocol::kTcp
                                                ? "GetExtendedTcpTable"
                                                : "GetExtendedUdpTable");
    }
    if (!query_.Includes(Include::kService)) return status;
    for (size_t i = 0; i < offsets_.size(); i++) {
      if (table_[before + i].owner_count == 0) continue;
      const std::string& name = owner_modules_.NameOf(layout, buffer_.data() + offsets_[i]);
      if (!name.empty()) modules_.push_back({before + i, name});
    }
    return status;
  }

  // Where no service made the socket, Windows gives the name of the executable.
  void NameService(const ModuleName& module,
                   const std::vector<std::optional<ProcessRecord>>& known) {
    const Row& row = table_[module.row];
    if (row.owner_count == 0) return;
    const std::optional<ProcessRecord>& owner = known[row.owner_start];
    const std::string executable = owner ? owner->name : std::string();
    if (executable.empty() || _stricmp(executable.c_str(), module.name.c_str()) == 0) return;
    const Text name = table_.AddText(module.name.data(), module.name.size());
    table_.services.push_back({static_cast<uint32_t>(module.row), name});
  }

  const Query& query_;
  SocketTable& table_;
  MibCollector rows_;
  const MibDetail detail_;
  std::vector<uint8_t> buffer_;
  std::vector<size_t> offsets_;
  OwnerModules owner_modules_;
  std::vector<ModuleName> modules_;
};

// A question about certain processes has no honest answer where none of them exists.
Status CheckAsked(const Query& query) {
  if (query.pids.empty()) return Status::Ok();
  ProcessFinder processes;
  for (const uint32_t pid : query.pids) {
    if (processes.Find(pid, false)) return Status::Ok();
  }
  return Status::Os(ERROR_INVALID_PARAMETER, "OpenProcess");
}

}  // namespace

bool IsNoSuchProcess(const Status& status) { return status.code == ERROR_INVALID_PARAMETER; }

Status OutOfMemory() { return Status::Os(ERROR_OUTOFMEMORY, "malloc"); }

Status CancelledRead() { return Status::Os(ERROR_CANCELLED, "read"); }

Status ReadSockets(const Query& query, SocketTable& table) {
  if (query.source != Source::kAuto && query.source != Source::kIpHelper) {
    return Status::Os(ERROR_NOT_SUPPORTED, "source");
  }
  table.report.From(Source::kIpHelper);
  table.report.Set(ReportFlag::kNumericScopes);
  NoteMissing({Source::kIpHelper, SourceCapability::kAllButBound}, query, table.report);
  table.Expect(query);
  Status status = CheckAsked(query);
  if (!status.ok()) return status;
  Reader reader(query, table);
  status = reader.ReadAll();
  if (!status.ok()) return status;
  AddInterfaceNames(table);
  if (query.NeedsOwners()) {
    reader.CheckProcesses();
  } else {
    reader.DropOwners();
  }
  return Status::Ok();
}

// A table names the owners of its rows.
bool OwnersAreSeparate(const Query&) { return false; }

Status ReadOwners(const Query&, const std::vector<uint32_t>&, SocketTable&) {
  return Status::Os(ERROR_NOT_SUPPORTED, "ReadOwners");
}

bool StillHolds(uint32_t, uint32_t, uint64_t) { return false; }

Status ListenForDestroyEvents(const Query&, std::unique_ptr<DestroyEvents>*) {
  return Status::Os(ERROR_NOT_SUPPORTED, "ListenForDestroyEvents");
}

}  // namespace socktable
