#pragma once

#include <cstddef>

#include "../core/socket_table.h"
#include "sock_diag.h"

namespace socktable {

// Distinguishes sockets that closed during a read from those that no process seems to hold, by
// asking the kernel once more. Knows nothing of rows without a cookie, which procfs gives.
class ExistenceCheck {
 public:
  // kNotAsked where too many were asked about before.
  enum class Answer { kMayBeThere, kGone, kNotAsked };
  Answer Ask(const Row& row);

 private:
  bool ConnectionIsGone(const Row& row);
  bool OtherIsGone(const Row& row);

  SockDiag diag_;
  bool opened_ = false;
  bool failed_ = false;
  size_t asked_ = 0;

  SocketTable others_;
  bool others_read_ = false;
  bool others_failed_ = false;
};

}  // namespace socktable
