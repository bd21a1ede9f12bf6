#include "../core/process_roles.h"

#include <cerrno>

namespace socktable {

Status ReadProcessRoles(const std::vector<uint32_t>&, std::vector<ProcessRole>*) {
  return Status::Os(ENOTSUP, "ReadProcessRoles");
}

}  // namespace socktable
