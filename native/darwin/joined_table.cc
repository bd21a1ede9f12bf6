#include "joined_table.h"

#include <algorithm>
#include <tuple>

namespace socktable {

bool JoinedTable::Add(const InetPcb& pcb) {
  if (!query_.Includes(pcb.protocol)) return false;
  Row& row = table_.Append();
  const bool has_port = FillRow(pcb, &row, &table_.details[table_.size() - 1]);
  if (has_port && WaitsForPeers(row)) listeners_.Add(row);
  if (!has_port || !query_.Matches(row)) {
    table_.DropLast();
    return false;
  }
  if (pcb.generation != 0) {
    const auto number = static_cast<uint32_t>(table_.size() - 1);
    auto& known = rows_[static_cast<size_t>(pcb.protocol)];
    if (!known.emplace(pcb.generation, number).second) {
      table_.Truncate(number);
      table_.report.repeated++;
      return false;
    }
  }
  row.owner_unknown = ReasonFor(pcb, row);
  const bool may_be_held = row.owner_unknown == OwnerUnknown::kKnown;
  held_.push_back(!may_be_held);
  if (may_be_held) unheld_++;
  return true;
}

void JoinedTable::AddListed(const InetPcb& pcb) { Add(pcb); }

void JoinedTable::AddHeld(const InetPcb& pcb, uint32_t pid, uint32_t descriptor) {
  if (pcb.generation == 0) return;
  const auto& known = rows_[static_cast<size_t>(pcb.protocol)];
  auto found = known.find(pcb.generation);
  if (found == known.end()) {
    if (!Add(pcb)) return;
    found = known.find(pcb.generation);
  }
  const uint32_t row = found->second;
  if (!held_[row]) {
    held_[row] = true;
    unheld_--;
  }
  holders_.push_back({row, pid, descriptor});
}

std::vector<uint32_t> JoinedTable::LastUsers() const {
  std::vector<uint32_t> pids;
  for (size_t i = 0; i < table_.size(); i++) {
    const uint32_t pid = table_.details[i].last_pid;
    if (!held_[i] && pid != 0) pids.push_back(pid);
  }
  std::sort(pids.begin(), pids.end());
  pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  return pids;
}

void JoinedTable::AssignOwners(const std::function<HolderFacts(uint32_t pid)>& facts) {
  struct Known {
    uint64_t started;
    uint32_t index;
  };
  std::unordered_map<uint32_t, Known> processes;
  for (const Holder& holder : holders_) {
    if (processes.count(holder.pid) != 0) continue;
    const HolderFacts process = facts(holder.pid);
    const Text name = query_.Includes(Include::kNames)
                          ? table_.AddText(process.name.data(), process.name.size())
                          : Text();
    processes[holder.pid] = {process.started, static_cast<uint32_t>(table_.processes.size())};
    table_.processes.push_back({holder.pid, name});
  }
  // Of each socket the oldest process first, and of each process the lowest descriptor.
  const auto order = [&](const Holder& holder) {
    return std::make_tuple(holder.row, processes[holder.pid].started, holder.pid,
                           holder.descriptor);
  };
  std::sort(holders_.begin(), holders_.end(),
            [&](const Holder& a, const Holder& b) { return order(a) < order(b); });
  const Holder* previous = nullptr;
  for (const Holder& holder : holders_) {
    Row& row = table_[holder.row];
    const bool first = previous == nullptr || previous->row != holder.row;
    const bool again = !first && previous->pid == holder.pid;
    previous = &holder;
    if (again) continue;
    if (first) row.owner_start = static_cast<uint32_t>(table_.owners.size());
    row.owner_count++;
    table_.owners.push_back({processes[holder.pid].index, holder.descriptor});
  }
}

void JoinedTable::Finish(const std::function<HolderFacts(uint32_t pid)>& facts) {
  const bool asked = query_.NeedsOwners();
  listeners_.SetDirections(table_);
  if (asked) AssignOwners(facts);
  const bool hidden = table_.report.denied > 0;
  for (size_t i = 0; i < table_.size(); i++) {
    Row& row = table_[i];
    if (!asked) {
      row.owner_unknown = OwnerUnknown::kNotAsked;
    } else if (row.owner_count > 0) {
      row.owner_unknown = OwnerUnknown::kKnown;
    } else if (row.owner_unknown == OwnerUnknown::kKnown) {
      // A socket that this user created may have been passed to another user's process.
      row.owner_unknown = hidden ? OwnerUnknown::kPermission : OwnerUnknown::kNotFound;
    }
  }
}

}  // namespace socktable
