#include <cerrno>

#include "../core/processes.h"

namespace socktable {

Status BindOffspring(Bond*) { return Status::Os(ENOTSUP, "BindOffspring"); }

Status ReapAdopted(uint32_t) { return Status::Os(ENOTSUP, "ReapAdopted"); }

}  // namespace socktable
