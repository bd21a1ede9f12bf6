#pragma once

#include <cerrno>

#include "../core/status.h"

namespace socktable {

// The answer of every function here: this system has no implementation yet.
inline Status Unsupported(const char* call) { return Status::Os(ENOTSUP, call); }

}  // namespace socktable
