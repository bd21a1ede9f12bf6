#include <cerrno>

#include "../core/processes.h"

namespace socktable {

Status ReadProcessRoles(const std::vector<uint32_t>&, std::vector<ProcessRole>*) {
  return Status::Os(ENOTSUP, "ReadProcessRoles");
}

}  // namespace socktable
