#include "../core/offspring.h"

#include <cerrno>

namespace socktable {

Status BindOffspring(Bond*) { return Status::Os(ENOTSUP, "BindOffspring"); }

void ReapAdopted(uint32_t) {}

}  // namespace socktable
