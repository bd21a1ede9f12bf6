#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "../core/processes.h"
#include "format.h"
#include "process.h"

namespace socktable {
namespace {

// The same on every processor since 5.1; older headers lack them.
constexpr long kPidfdSendSignal = 424;
constexpr long kPidfdOpen = 434;

bool IsReadable(int fd) {
  pollfd wait{fd, POLLIN, 0};
  while (poll(&wait, 1, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return (wait.revents & POLLIN) != 0;
}

// A descriptor that refers to a process and never to another one (pidfd_open(2), since 5.3).
class PinnedProcess : public ProcessHandle {
 public:
  explicit PinnedProcess(UniqueFd pidfd) : pidfd_(std::move(pidfd)) {}

  Status Identify(int proc, uint32_t pid) {
    ProcessStat stat;
    const int code = ReadStat(proc, pid, &stat);
    if (IsShortage(code)) return Status::Os(code, "openat", "/proc/<pid>/stat");
    // What was read is this one's only where it had the PID until now.
    has_start_ = code == 0 && !HasExited();
    started_ = stat.started;
    return Status::Ok();
  }

  bool Started(uint64_t* started) const override {
    *started = started_;
    return has_start_;
  }

  Status Signal(int number) override {
    if (syscall(kPidfdSendSignal, pidfd_.get(), number, nullptr, 0) == 0) return Status::Ok();
    return Status::Os(errno, "pidfd_send_signal");
  }

  // It becomes readable when the last thread has ended, before the process is reaped.
  bool HasExited() const override { return IsReadable(pidfd_.get()); }

 private:
  UniqueFd pidfd_;
  bool has_start_ = false;
  uint64_t started_ = 0;
};

// For kernels and sandboxes without the former: the open directory /proc/<pid>. It belongs to this
// process and not to its number: once the process has been reaped nothing in there can be opened
// any more, whoever has the number then (fs/proc/base.c, which keeps a struct pid for each
// directory).
class WatchedProcess : public ProcessHandle {
 public:
  WatchedProcess(UniqueFd directory, uint32_t pid) : directory_(std::move(directory)), pid_(pid) {}

  Status Identify() {
    ProcessStat stat;
    if (const int code = ReadStat(directory_.get(), &stat); code != 0) {
      return Status::Os(code, "openat", "/proc/<pid>/stat");
    }
    started_ = stat.started;
    // /proc/<tid> can be opened too, and kill(2) would reach the whole process by it.
    std::string text;
    uint32_t group;
    uint32_t uid;
    const int code = ReadProcessFile(directory_.get(), "status", &text);
    if (code != 0) return Status::Os(code, "openat", "/proc/<pid>/status");
    if (!ParseIds(text.data(), text.size(), &group, &uid)) return Status::Os(EBADMSG, "read");
    return group == pid_ ? Status::Ok() : Status::Os(ESRCH, "openat");
  }

  bool Started(uint64_t* started) const override {
    *started = started_;
    return true;
  }

  Status Signal(int number) override {
    // It takes such a directory for a pidfd (since 5.1), and reaches this process alone.
    if (syscall(kPidfdSendSignal, directory_.get(), number, nullptr, 0) == 0) return Status::Ok();
    if (errno == ESRCH) return Status::Os(errno, "pidfd_send_signal");
    // Otherwise the call is missing or a sandbox forbids it, which looks like a denial by the
    // process. To hit another one, the process would have to be reaped and its PID reused between
    // the next two calls.
    if (const int code = Look(); code != 0) {
      return Status::Os(code == ESRCH ? ESRCH : EPERM, "fstatat", "/proc/<pid>/stat");
    }
    if (kill(static_cast<pid_t>(pid_), number) == 0) return Status::Ok();
    return Status::Os(errno, "kill");
  }

  bool HasExited() const override {
    ProcessStat stat;
    const int code = ReadStat(directory_.get(), &stat);
    if (code == 0) return stat.HasExited();
    // Without a descriptor for that file: a process that was not reaped has one all the same.
    return (IsShortage(code) ? Look() : code) == ESRCH;
  }

 private:
  // 0 until it is reaped; ESRCH after that (fs/proc/base.c, proc_pid_permission). ENOENT
  // says no more than that it is hidden (hidepid) since its user is another one by now.
  int Look() const {
    struct stat info;
    return fstatat(directory_.get(), "stat", &info, 0) == 0 ? 0 : errno;
  }

  UniqueFd directory_;
  uint32_t pid_;
  uint64_t started_ = 0;
};

Status Pin(int proc, UniqueFd pidfd, uint32_t pid, std::unique_ptr<ProcessHandle>* handle) {
  auto pinned = std::make_unique<PinnedProcess>(std::move(pidfd));
  Status status = pinned->Identify(proc, pid);
  if (status.ok()) *handle = std::move(pinned);
  return status;
}

Status Watch(int proc, uint32_t pid, std::unique_ptr<ProcessHandle>* handle) {
  char path[16];
  Format(path, "%u", pid);
  UniqueFd directory(openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Status status = Status::Ok();
  if (directory.valid()) {
    auto watched = std::make_unique<WatchedProcess>(std::move(directory), pid);
    status = watched->Identify();
    if (status.ok()) *handle = std::move(watched);
  } else {
    status = Status::Os(errno, "openat", "/proc/<pid>");
  }
  if (!IsGone(status.code)) return status;
  // One that /proc hides (hidepid) can't be held, but it is there.
  const bool hidden =
      status.code == ENOENT && (kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
  return Status::Os(hidden ? EPERM : ESRCH, "openat", "/proc/<pid>");
}

}  // namespace

Status OpenProcessHandle(uint32_t pid, std::unique_ptr<ProcessHandle>* handle) {
  // To kill(2) 0 and what is negative are groups of processes.
  if (pid == 0 || pid > INT32_MAX) return Status::Os(ESRCH, "pidfd_open");
  UniqueFd proc;
  if (Status status = OpenOwnProc(&proc); !status.ok()) return status;
  UniqueFd pidfd(static_cast<int>(syscall(kPidfdOpen, static_cast<pid_t>(pid), 0)));
  if (pidfd.valid()) return Pin(proc.get(), std::move(pidfd), pid, handle);
  // The number of a thread is none of a process: EINVAL, later ENOENT (kernel/fork.c).
  if (errno == EINVAL || errno == ENOENT) return Status::Os(ESRCH, "pidfd_open");
  // EPERM comes from a sandbox alone: the call itself asks for no right.
  if (errno != ENOSYS && errno != EPERM) return Status::Os(errno, "pidfd_open");
  return Watch(proc.get(), pid, handle);
}

}  // namespace socktable
