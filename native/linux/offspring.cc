#include "../offspring.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>

namespace socktable {

Status BindOffspring(Bond* bond) {
  // A process that went to the background is an orphan, and goes to the nearest ancestor that asked
  // for such (prctl(2), since 3.4).
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return Status::Os(errno, "prctl");
  *bond = Bond::kAdopts;
  return Status::Ok();
}

void ReapAdopted(uint32_t pid) {
  // Of this PID alone: libuv waits for its own children by theirs.
  siginfo_t info;
  waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG);
}

}  // namespace socktable
