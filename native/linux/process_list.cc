#include "process_list.h"

#include <cstddef>

#include "numbered_entries.h"

namespace socktable {

Status ListProcesses(int proc, std::vector<uint32_t>* pids) {
  NumberedEntries entries(size_t{1} << 15);
  int64_t next;
  const int error = entries.Read(proc, false, &next, [&](uint32_t pid) {
    pids->push_back(pid);
    return true;
  });
  return error == 0 ? Status::Ok() : Status::Os(error, "getdents64", "/proc");
}

}  // namespace socktable
