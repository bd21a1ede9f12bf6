#include "row_copier.h"

#include <algorithm>

namespace socktable {

RowCopier::RowCopier(SocketTable& to) : to_(to) {
  for (uint32_t i = 0; i < to.processes.size(); i++) indexes_.emplace(to.processes[i].pid, i);
}

void RowCopier::Copy(const SocketTable& from, uint32_t position) {
  const auto index = static_cast<uint32_t>(to_.size());
  Row& row = to_.AppendCopy(from, position);
  CopyOwners(from, from[position], &row);
  const auto service =
      std::lower_bound(from.services.begin(), from.services.end(), position,
                       [](const Service& one, uint32_t wanted) { return one.row < wanted; });
  if (service == from.services.end() || service->row != position) return;
  to_.services.push_back({index, to_.AddText(from, service->name)});
}

void RowCopier::CopyOwners(const SocketTable& from, const Row& source, Row* row) {
  row->owner_start = static_cast<uint32_t>(to_.owners.size());
  row->owner_count = source.owner_count;
  row->owner_unknown = source.owner_unknown;
  for (uint32_t i = 0; i < source.owner_count; i++) {
    const Owner owner = from.owners[source.owner_start + i];
    to_.owners.push_back({IndexOf(from, from.processes[owner.process]), owner.descriptor});
  }
}

uint32_t RowCopier::IndexOf(const SocketTable& from, const Process& process) {
  const auto [place, added] =
      indexes_.emplace(process.pid, static_cast<uint32_t>(to_.processes.size()));
  if (added) {
    to_.processes.push_back({process.pid, to_.AddText(from, process.name)});
  } else if (!to_.SameText(to_.processes[place->second].name, from, process.name)) {
    // The PID has been reused, or the process runs another program now.
    to_.processes[place->second].name = to_.AddText(from, process.name);
  }
  return place->second;
}

}  // namespace socktable
