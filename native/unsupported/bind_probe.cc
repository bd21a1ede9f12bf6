#include "../bind_probe.h"

#include <cerrno>

namespace socktable {

Status TryBind(const BindAttempt&) { return Status::Os(ENOTSUP, "bind"); }

Status HoldPort(uint16_t*) { return Status::Os(ENOTSUP, "hold"); }

}  // namespace socktable
