#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>

#include "../core/processes.h"

namespace socktable {

Status BindOffspring(Bond* bond) {
  // A process that went to the background is an orphan, and goes to the nearest ancestor that asked
  // for such (prctl(2), since 3.4).
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return Status::Os(errno, "prctl");
  *bond = Bond::kAdopts;
  return Status::Ok();
}

Status ReapAdopted(uint32_t own) {
  for (;;) {
    siginfo_t ended{};
    if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0) {
      return errno == ECHILD ? Status::Ok() : Status::Os(errno, "waitid");
    }
    if (ended.si_pid == 0) return Status::Ok();
    // libuv would never hear of it.
    if (static_cast<uint32_t>(ended.si_pid) == own) return Status::Ok();
    waitid(P_PID, static_cast<id_t>(ended.si_pid), &ended, WEXITED | WNOHANG);
  }
}

}  // namespace socktable
