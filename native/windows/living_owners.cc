#include "living_owners.h"

namespace socktable {
namespace {

// Windows names the process that made the socket for as long as the socket lives, also where that
// process has ended and another one inherited the socket. Its PID may have gone to a process that
// is younger than the socket.
bool CanHold(const std::optional<ProcessRecord>& process, const Row& row) {
  const bool younger = process && row.created != 0 && process->started > row.created;
  return process && !younger;
}

}  // namespace

void KeepLivingOwners(const std::vector<std::optional<ProcessRecord>>& known, SocketTable& table) {
  // MibCollector gave each process the entry in the list of owners that has its own number.
  std::vector<bool> holds(known.size());
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.owner_count == 0) continue;
    if (CanHold(known[row.owner_start], row)) {
      holds[row.owner_start] = true;
    } else {
      row.ForgetOwners();
      row.owner_unknown = OwnerUnknown::kExited;
    }
  }
  std::vector<uint32_t> place(known.size());
  uint32_t kept = 0;
  for (size_t i = 0; i < known.size(); i++) {
    place[i] = kept;
    const std::optional<ProcessRecord>& holder = known[i];
    if (!holds[i] || !holder) continue;
    Process& process = table.processes[kept++];
    process.pid = table.processes[i].pid;
    process.name = table.AddText(holder->name.data(), holder->name.size());
  }
  table.processes.resize(kept);
  table.owners.resize(kept);
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.owner_count > 0) row.owner_start = place[row.owner_start];
  }
}

}  // namespace socktable
