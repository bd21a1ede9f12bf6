#include <algorithm>
#include <string>

#include "owners.h"
#include "process.h"

namespace socktable {
namespace {

// Puts the processes of a scan into the table, each the first time that it is met.
class ProcessList {
 public:
  ProcessList(int proc, const std::vector<uint32_t>& pids, bool names, SocketTable& table)
      : proc_(proc), pids_(pids), names_(names), table_(table), known_(pids.size()) {}

  // Why a process could not be read although it may be there, ok where there was none such.
  const Status& failure() const { return failure_; }

  uint32_t IndexOf(uint32_t scanned) {
    Known& known = known_[scanned];
    if (known.index == kNone) {
      known.index = static_cast<uint32_t>(table_.processes.size());
      Process process{pids_[scanned], {}};
      if (names_) {
        std::string name;
        Note(ProcessName(proc_, process.pid, &name), "comm");
        process.name = table_.AddText(name.data(), name.size());
      }
      table_.processes.push_back(process);
    }
    return known.index;
  }

  // Oldest first. A start time is a count of ticks of 10 ms; of processes that started within one,
  // the lower PID was most likely first.
  bool Older(uint32_t a, uint32_t b) {
    const uint64_t start_a = StartOf(a);
    const uint64_t start_b = StartOf(b);
    return start_a != start_b ? start_a < start_b : pids_[a] < pids_[b];
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Known {
    uint32_t index = kNone;
    uint64_t start = 0;  // 0: not read yet
  };

  uint64_t StartOf(uint32_t scanned) {
    Known& known = known_[scanned];
    if (known.start == 0) {
      // What has ended since then comes last.
      ProcessStat stat;
      const int code = ReadStat(proc_, pids_[scanned], &stat);
      known.start = code == 0 ? stat.started : UINT64_MAX;
      Note(code, "stat");
    }
    return known.start;
  }

  void Note(int code, const char* file) {
    if (!IsShortage(code) || !failure_.ok()) return;
    failure_ = Status::Os(code, "openat", std::string("/proc/<pid>/") + file);
  }

  const int proc_;
  const std::vector<uint32_t>& pids_;
  const bool names_;
  SocketTable& table_;
  std::vector<Known> known_;
  Status failure_;
};

// Where the owners of each socket begin in the table's list, by counting: position `socket` holds
// the beginning and the next one the end.
std::vector<uint32_t> CountOwners(const OwnerScan& scan, uint32_t sockets) {
  std::vector<uint32_t> starts(static_cast<size_t>(sockets) + 1);
  for (const auto& holdings : scan.holdings) {
    for (const Holding& holding : holdings) starts[holding.socket + 1]++;
  }
  for (size_t i = 1; i < starts.size(); i++) starts[i] += starts[i - 1];
  return starts;
}

// Puts the holdings of each socket side by side, with processes as positions in the scan.
std::vector<Owner> GroupBySocket(OwnerScan* scan, const std::vector<uint32_t>& starts) {
  std::vector<Owner> owners(starts.back());
  std::vector<uint32_t> next = starts;
  for (auto& holdings : scan->holdings) {
    for (const Holding& holding : holdings) {
      owners[next[holding.socket]++] = {holding.process, holding.descriptor};
    }
    holdings = {};  // as many as there are descriptors: not needed any more
  }
  return owners;
}

}  // namespace

Status AssignOwners(int proc, const WantedSockets& wanted, OwnerScan&& scan, bool names,
                    SocketTable& table) {
  ProcessList processes(proc, scan.pids, names, table);
  std::vector<uint32_t> starts = CountOwners(scan, wanted.size());
  std::vector<Owner>& owners = table.owners;
  owners = GroupBySocket(&scan, starts);

  size_t kept = 0;
  for (uint32_t socket = 0; socket < wanted.size(); socket++) {
    const auto begin = owners.begin() + starts[socket];
    const auto end = owners.begin() + starts[socket + 1];
    if (end - begin > 1) {
      std::sort(begin, end, [&](const Owner& a, const Owner& b) {
        return a.process != b.process ? processes.Older(a.process, b.process)
                                      : a.descriptor < b.descriptor;
      });
    }
    starts[socket] = static_cast<uint32_t>(kept);
    uint32_t previous = UINT32_MAX;
    for (auto owner = begin; owner != end; ++owner) {
      // One entry per process: duplicated descriptors follow each other.
      if (owner->process == previous) continue;
      previous = owner->process;
      owners[kept++] = {processes.IndexOf(previous), owner->descriptor};
    }
  }
  starts[wanted.size()] = static_cast<uint32_t>(kept);
  owners.resize(kept);

  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.inode == 0) continue;
    const uint32_t socket = wanted.Find(row.inode);
    row.ForgetOwners();
    const uint32_t count = starts[socket + 1] - starts[socket];
    if (count == 0) continue;
    row.owner_start = starts[socket];
    row.owner_count = count;
  }
  return processes.failure();
}

}  // namespace socktable
