#include "../process_table.h"

#include <cerrno>

namespace socktable {

Status ReadProcesses(const ProcessQuery&, std::vector<ProcessRecord>*) {
  return Status::Os(ENOTSUP, "ReadProcesses");
}

Status OpenProcessHandle(uint32_t, std::unique_ptr<ProcessHandle>*) {
  return Status::Os(ENOTSUP, "OpenProcessHandle");
}

}  // namespace socktable
