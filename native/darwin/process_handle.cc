#include <signal.h>

#include <cerrno>

#include "../core/processes.h"
#include "process_list.h"

namespace socktable {
namespace {

// macOS can't pin a process: the PID and the start time are compared on the line before the signal.
// To hit another process, this one would have to end and its PID be reused in between.
class RememberedProcess : public ProcessHandle {
 public:
  explicit RememberedProcess(const ProcessRecord& process)
      : pid_(process.pid), started_(process.started) {}

  bool Started(uint64_t* started) const override {
    *started = started_;
    return true;
  }

  Status Signal(int number) override {
    ProcessRecord now;
    if (Status status = FindProcess(pid_, &now); !status.ok()) return status;
    if (now.started != started_) return Status::Os(ESRCH, "kill");
    return kill(static_cast<pid_t>(pid_), number) == 0 ? Status::Ok() : Status::Os(errno, "kill");
  }

  bool HasExited() const override {
    ProcessRecord now;
    const Status status = FindProcess(pid_, &now);
    if (!status.ok()) return status.code == ESRCH;
    return now.started != started_ || now.ended;
  }

 private:
  const uint32_t pid_;
  const uint64_t started_;
};

}  // namespace

Status OpenProcessHandle(uint32_t pid, std::unique_ptr<ProcessHandle>* handle) {
  // To kill(2) 0 is a group of processes.
  if (pid == 0) return Status::Os(ESRCH, "kill");
  ProcessRecord process;
  if (Status status = FindProcess(pid, &process); !status.ok()) return status;
  *handle = std::make_unique<RememberedProcess>(process);
  return Status::Ok();
}

}  // namespace socktable
