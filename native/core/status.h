#pragma once

#include <string>

namespace socktable {

// The kind of a failure, independent of the system's error numbers.
enum class Reason { kOther, kPermission, kGone, kShortage, kUnsupported };

// The outcome of a system call. `code` is the system's own error number, taken on the line that
// failed; `call` names the function that failed and is always a string literal.
struct [[nodiscard]] Status {
  int code = 0;
  const char* call = "";
  std::string path;

  bool ok() const { return code == 0; }

  static Status Ok() { return {}; }
  static Status Os(int code, const char* call, std::string path = {}) {
    return {code, call, std::move(path)};
  }
};

// Why it failed, by the system's numbers (native/<os>/reason.cc).
Reason ReasonOf(const Status& status);

}  // namespace socktable
