#pragma once

#include <cerrno>

namespace socktable {

// Whether a call failed since no descriptor or no memory was left. That says nothing of what was
// looked at: whoever took it for "not there" would lose processes that are.
inline bool IsShortage(int code) { return code == EMFILE || code == ENFILE || code == ENOMEM; }

}  // namespace socktable
