#include "process_facts.h"

namespace socktable {
namespace {

// Windows names the process that made the socket for as long as the socket lives, also where that
// process has ended and another one inherited the socket. Its PID may have gone to a process that
// is younger than the socket.
bool CanHold(const ProcessFacts& process, const Row& row) {
  const bool younger = row.created != 0 && process.started > row.created;
  return process.exists && !younger;
}

}  // namespace

void KeepLivingOwners(const std::vector<ProcessFacts>& facts, SocketTable& table) {
  // MibCollector gave each process the entry in the list of owners that has its own number.
  std::vector<bool> holds(facts.size());
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.owner_count == 0) continue;
    if (CanHold(facts[row.owner_start], row)) {
      holds[row.owner_start] = true;
    } else {
      row.ForgetOwners();
      row.owner_unknown = OwnerUnknown::kExited;
    }
  }
  std::vector<uint32_t> place(facts.size());
  uint32_t kept = 0;
  for (size_t i = 0; i < facts.size(); i++) {
    place[i] = kept;
    if (!holds[i]) continue;
    Process& process = table.processes[kept++];
    process.pid = table.processes[i].pid;
    process.name = table.AddText(facts[i].name.data(), facts[i].name.size());
  }
  table.processes.resize(kept);
  table.owners.resize(kept);
  for (size_t i = 0; i < table.size(); i++) {
    Row& row = table[i];
    if (row.owner_count > 0) row.owner_start = place[row.owner_start];
  }
}

}  // namespace socktable
