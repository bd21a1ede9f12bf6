#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "../process_table.h"
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

  void Identify(int proc, uint32_t pid) {
    started_ = StartTime(proc, pid);
    // What was read is this one's only where it had the PID until now.
    if (HasExited()) started_ = UINT64_MAX;
  }

  bool Started(uint64_t* started) const override {
    *started = started_;
    return started_ != UINT64_MAX;
  }

  Status Signal(int number) override {
    if (syscall(kPidfdSendSignal, pidfd_.get(), number, nullptr, 0) == 0) return Status::Ok();
    return Status::Os(errno, "pidfd_send_signal");
  }

  // It becomes readable when the process ends, before anybody waits for it.
  bool HasExited() const override { return IsReadable(pidfd_.get()); }

 private:
  UniqueFd pidfd_;
  uint64_t started_ = UINT64_MAX;
};

// For kernels and sandboxes without the former: a PID and a start time, compared on the line before
// the signal. A process would have to end and its number come round in between.
class RememberedProcess : public ProcessHandle {
 public:
  RememberedProcess(UniqueFd proc, uint32_t pid)
      : proc_(std::move(proc)), pid_(pid), started_(StartTime(proc_.get(), pid)) {}

  bool Started(uint64_t* started) const override {
    *started = started_;
    return started_ != UINT64_MAX;
  }

  Status Signal(int number) override {
    ProcessStat stat;
    if (!ReadStat(proc_.get(), pid_, &stat) || stat.started != started_) {
      return Status::Os(ESRCH, "kill");
    }
    if (kill(static_cast<pid_t>(pid_), number) == 0) return Status::Ok();
    return Status::Os(errno, "kill");
  }

  bool HasExited() const override {
    ProcessStat stat;
    if (!ReadStat(proc_.get(), pid_, &stat)) {
      // It may be that no file can be opened at the moment.
      return kill(static_cast<pid_t>(pid_), 0) != 0 && errno == ESRCH;
    }
    return stat.started != started_ || stat.state == 'Z' || stat.state == 'X';
  }

 private:
  UniqueFd proc_;
  uint32_t pid_;
  uint64_t started_;
};

}  // namespace

Status OpenProcessHandle(uint32_t pid, std::unique_ptr<ProcessHandle>* handle) {
  // To kill(2) 0 and what is negative are groups of processes.
  if (pid == 0 || pid > INT32_MAX) return Status::Os(ESRCH, "pidfd_open");
  UniqueFd proc;
  if (Status status = OpenProc(&proc); !status.ok()) return status;
  UniqueFd pidfd(static_cast<int>(syscall(kPidfdOpen, static_cast<pid_t>(pid), 0)));
  if (pidfd.valid()) {
    auto pinned = std::make_unique<PinnedProcess>(std::move(pidfd));
    pinned->Identify(proc.get(), pid);
    *handle = std::move(pinned);
    return Status::Ok();
  }
  // The number of a thread is none of a process: EINVAL, later ENOENT (kernel/fork.c).
  if (errno == EINVAL || errno == ENOENT) return Status::Os(ESRCH, "pidfd_open");
  // EPERM comes from a sandbox alone: the call itself asks for no right.
  if (errno != ENOSYS && errno != EPERM) return Status::Os(errno, "pidfd_open");
  auto remembered = std::make_unique<RememberedProcess>(std::move(proc), pid);
  uint64_t started;
  if (!remembered->Started(&started)) return Status::Os(ESRCH, "pidfd_open");
  *handle = std::move(remembered);
  return Status::Ok();
}

}  // namespace socktable
