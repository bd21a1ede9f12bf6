#include "../core/processes.h"
#include "unique_handle.h"
#include "windows_headers.h"

namespace socktable {

Status BindOffspring(Bond* bond) {
  // Joined by this process itself, so that what it starts is in it from its first moment. The
  // handle is never closed but by the end of this process, which is what ends the others
  // (JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE); that this process may be in another job is no obstacle
  // since Windows 8.
  UniqueHandle job(CreateJobObjectW(nullptr, nullptr));
  if (!job.valid()) return Status::Os(static_cast<int>(GetLastError()), "CreateJobObject");
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  if (SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits,
                              sizeof limits) == 0) {
    return Status::Os(static_cast<int>(GetLastError()), "SetInformationJobObject");
  }
  if (AssignProcessToJobObject(job.get(), GetCurrentProcess()) == 0) {
    return Status::Os(static_cast<int>(GetLastError()), "AssignProcessToJobObject");
  }
  static_cast<void>(job.release());
  *bond = Bond::kEndsWith;
  return Status::Ok();
}

// The system keeps nothing of a process that has ended but for who holds a handle.
Status ReapAdopted(uint32_t) { return Status::Os(ERROR_NOT_SUPPORTED, "ReapAdopted"); }

}  // namespace socktable
