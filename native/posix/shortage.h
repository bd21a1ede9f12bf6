#pragma once

#include <cerrno>

namespace socktable {

// Whether a call failed because no descriptor or no memory was left. That says nothing about its
// subject: treating it as "does not exist" would lose processes that do exist.
inline bool IsShortage(int code) { return code == EMFILE || code == ENFILE || code == ENOMEM; }

}  // namespace socktable
