#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/position_set.h"
#include "../core/query.h"
#include "../core/socket_table.h"
#include "../core/status.h"

namespace socktable {

// The sockets whose owners are looked for, numbered from 0, by inode.
class WantedSockets {
 public:
  static constexpr uint32_t kNone = PositionSet::kNone;

  // Numbers the sockets of all rows that have an inode. Rows may share one: the subflows of an
  // MPTCP socket all show the inode of that socket.
  explicit WantedSockets(const SocketTable& table);

  uint32_t Find(uint64_t inode) const {
    return set_.Find(MixHash(inode), [&](uint32_t number) { return inodes_[number] == inode; });
  }
  uint64_t Inode(uint32_t number) const { return inodes_[number]; }
  uint32_t size() const { return static_cast<uint32_t>(inodes_.size()); }

 private:
  std::vector<uint64_t> inodes_;
  PositionSet set_;
};

// A descriptor that holds a wanted socket.
struct Holding {
  uint32_t socket;   // number in WantedSockets
  uint32_t process;  // index into the list of PIDs that were scanned
  uint32_t descriptor;
};

// Where the descriptors of processes were looked at, and what was found.
struct OwnerScan {
  std::vector<uint32_t> pids;
  std::vector<std::vector<Holding>> holdings;  // as each thread of the scan met them
  uint32_t missing = 0;                        // sockets without any holder
  bool ended_early = false;                    // which some have that was not searched
};

// --- owner_scan.cc ---

// Finds the processes that hold the wanted sockets by the links in /proc/<pid>/fd. With query.pids
// only those processes are read. Counts into `report` what could not be read.
Status ScanOwners(int proc, const WantedSockets& wanted, const Query& query, Report* report,
                  OwnerScan* scan);

// --- owner_groups.cc ---

// Writes what a scan found into the table: the owners of each row, oldest process first, and the
// processes with their start time's order and, where asked for, their names.
Status AssignOwners(int proc, const WantedSockets& wanted, OwnerScan&& scan, bool names,
                    SocketTable& table);

}  // namespace socktable
