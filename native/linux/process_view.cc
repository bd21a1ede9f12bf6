#include "process_view.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "format.h"

namespace socktable {
namespace {

bool Exists(uint32_t pid) {
  return pid != 0 && pid <= INT32_MAX && (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

}  // namespace

bool MayTraceOthers() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  return syscall(SYS_capget, &header, data) == 0 &&
         (data[CAP_TO_INDEX(CAP_SYS_PTRACE)].effective & CAP_TO_MASK(CAP_SYS_PTRACE)) != 0;
}

bool IsHiddenProcess(int proc, uint32_t pid) {
  char path[32];
  struct stat info;
  Format(path, "%u/stat", pid);
  // It exists before and after: then it did while /proc did not show it. A sandbox may forbid the
  // call as such, by which everything would seem to exist.
  return Exists(pid) && fstatat(proc, path, &info, 0) != 0 && Exists(pid) && kill(getpid(), 0) == 0;
}

NetworkComparison CompareNetwork(int proc, uint32_t pid) {
  char path[32];
  struct stat own;
  struct stat other;
  Format(path, "%u/ns/net", pid);
  if (fstatat(proc, path, &other, 0) != 0) {
    const bool none = errno == ENOENT || errno == ESRCH;
    return none ? NetworkComparison::kSame : NetworkComparison::kUnknown;
  }
  // Threads may have namespaces of their own (setns(2)); the tables are those of this one. Before
  // 3.17 there is no thread-self.
  if (fstatat(proc, "thread-self/ns/net", &own, 0) != 0 &&
      fstatat(proc, "self/ns/net", &own, 0) != 0) {
    return NetworkComparison::kUnknown;
  }
  const bool same = own.st_ino == other.st_ino && own.st_dev == other.st_dev;
  return same ? NetworkComparison::kSame : NetworkComparison::kOther;
}

std::string PathOfDescriptors(const std::vector<uint32_t>& pids) {
  constexpr size_t kMostNamed = 8;
  std::string names;
  for (size_t i = 0; i < pids.size() && i < kMostNamed; i++) {
    if (i > 0) names += ',';
    names += std::to_string(pids[i]);
  }
  if (pids.size() == 1) return "/proc/" + names + "/fd";
  return "/proc/{" + names + (pids.size() > kMostNamed ? ",...}/fd" : "}/fd");
}

}  // namespace socktable
