#include "table_comparison.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "format.h"

namespace socktable {
namespace {

// How many descriptors a thread has; 0 before Linux 6.2 (fs/proc/fd.c, proc_fd_getattr).
off_t DescriptorCount(int proc, uint32_t pid, uint32_t task) {
  char path[64];
  Format(path, "%u/task/%u/fd", pid, task);
  struct stat info;
  return fstatat(proc, path, &info, 0) == 0 ? info.st_size : 0;
}

}  // namespace

TableComparison::Answer TableComparison::Compare(int proc, uint32_t pid, uint32_t task,
                                                 bool leader_empty) {
  if (kcmp_) {
    const long result = syscall(SYS_kcmp, pid, task, KCMP_FILES, 0, 0);
    if (result >= 0) return result == 0 ? Answer::kShared : Answer::kOwn;
    if (errno == ESRCH) return Answer::kShared;
    // Else it is forbidden for this process, or by a container's rules for all.
    if (errno == ENOSYS) kcmp_ = false;
  }
  // Without kcmp(2) a thread is known to have a table of its own where the numbers of descriptors
  // differ.
  const bool differ =
      leader_empty || DescriptorCount(proc, pid, pid) != DescriptorCount(proc, pid, task);
  return differ ? Answer::kOwn : Answer::kUnknown;
}

}  // namespace socktable
