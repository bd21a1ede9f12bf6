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

  uint32_t IndexOf(uint32_t scanned) {
    Known& known = known_[scanned];
    if (known.index == kNone) {
      known.index = static_cast<uint32_t>(table_.processes.size());
      Process process{pids_[scanned], {}};
      if (names_) {
        const std::string name = ProcessName(proc_, process.pid);
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
    if (known.start == 0) known.start = StartTime(proc_, pids_[scanned]);
    return known.start;
  }

  const int proc_;
  const std::vector<uint32_t>& pids_;
  const bool names_;
  SocketTable& table_;
  std::vector<Known> known_;
};

// Sorts holdings by socket, by counting: there are as many as descriptors.
std::vector<Holding> BySocket(const std::vector<Holding>& holdings, std::vector<uint32_t>* starts) {
  std::vector<uint32_t> next(starts->size());
  for (const Holding& holding : holdings) (*starts)[holding.socket + 1]++;
  for (size_t i = 1; i < starts->size(); i++) (*starts)[i] += (*starts)[i - 1];
  next = *starts;
  std::vector<Holding> sorted(holdings.size());
  for (const Holding& holding : holdings) sorted[next[holding.socket]++] = holding;
  return sorted;
}

}  // namespace

void AssignOwners(int proc, const WantedSockets& wanted, OwnerScan&& scan, bool names,
                  SocketTable& table) {
  ProcessList processes(proc, scan.pids, names, table);
  std::vector<uint32_t> starts(wanted.size() + 1);
  std::vector<Holding> sorted = BySocket(scan.holdings, &starts);
  scan.holdings = {};

  struct Group {
    uint32_t start = 0;
    uint32_t count = 0;
  };
  std::vector<Group> groups(wanted.size());
  table.owners.reserve(sorted.size());
  for (uint32_t socket = 0; socket < wanted.size(); socket++) {
    const auto begin = sorted.begin() + starts[socket];
    const auto end = sorted.begin() + starts[socket + 1];
    if (end - begin > 1) {
      std::sort(begin, end, [&](const Holding& a, const Holding& b) {
        return a.process != b.process ? processes.Older(a.process, b.process)
                                      : a.descriptor < b.descriptor;
      });
    }
    Group& group = groups[socket];
    group.start = static_cast<uint32_t>(table.owners.size());
    for (auto holding = begin; holding != end; ++holding) {
      // One entry per process: duplicated descriptors follow each other.
      if (holding != begin && holding->process == (holding - 1)->process) continue;
      table.owners.push_back({processes.IndexOf(holding->process), holding->descriptor});
    }
    group.count = static_cast<uint32_t>(table.owners.size()) - group.start;
  }

  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.inode == 0) continue;
    const Group& group = groups[wanted.Find(row.inode)];
    row.owner_start = group.start;
    row.owner_count = group.count;
  }
}

}  // namespace socktable
